import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { isRecord, type PropertyMap, specialKind, UNKNOWN } from "./wire";

/**
 * What the inputs of a resource may look like, read from the TypeScript declarations that ship with its package: they are generated from the
 * provider's own schema, so that a misspelt or missing input is found as the real provider would find it. Each declaration is read when a
 * resource of its type first turns up; the large file of nested types is never parsed as a whole.
 */
export interface InputProblem {
  /** E.g. `metadataOptions.httpToken`. */
  readonly path: string;
  readonly reason: string;
}

type Shape =
  | { readonly kind: "any" }
  | { readonly kind: "value"; readonly type: "string" | "number" | "boolean" }
  | { readonly kind: "asset" }
  | { readonly kind: "list"; readonly item: Shape }
  | { readonly kind: "map"; readonly item: Shape }
  | { readonly kind: "nested"; readonly name: string }
  | { readonly kind: "union"; readonly of: readonly Shape[] };

type Fields = ReadonlyMap<string, { readonly required: boolean; readonly shape: Shape }>;

const ANY: Shape = { kind: "any" };

function shapeOfReference(node: ts.TypeReferenceNode): Shape {
  const name = node.typeName.getText();
  const [argument] = node.typeArguments ?? [];
  if (/(^|\.)(Input|Promise|Output)$/.test(name) && argument !== undefined) return shapeOf(argument);
  if (/^(Array|ReadonlyArray)$/.test(name) && argument !== undefined)
    return { kind: "list", item: shapeOf(argument) };
  if (/\basset\./.test(name)) return { kind: "asset" };
  if (name.startsWith("inputs.")) return { kind: "nested", name: name.slice("inputs.".length) };
  if (name.startsWith("enums.")) return { kind: "value", type: "string" };
  return ANY;
}

function shapeOf(node: ts.TypeNode): Shape {
  if (ts.isParenthesizedTypeNode(node)) return shapeOf(node.type);
  if (node.kind === ts.SyntaxKind.StringKeyword) return { kind: "value", type: "string" };
  if (node.kind === ts.SyntaxKind.NumberKeyword) return { kind: "value", type: "number" };
  if (node.kind === ts.SyntaxKind.BooleanKeyword) return { kind: "value", type: "boolean" };
  if (ts.isArrayTypeNode(node)) return { kind: "list", item: shapeOf(node.elementType) };
  if (ts.isTypeReferenceNode(node)) return shapeOfReference(node);
  if (ts.isTypeLiteralNode(node)) {
    const index = node.members.find(ts.isIndexSignatureDeclaration);
    return index === undefined ? ANY : { kind: "map", item: shapeOf(index.type) };
  }
  if (ts.isUnionTypeNode(node)) {
    const of = node.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword).map(shapeOf);
    const [first] = of;
    return of.length === 1 && first !== undefined ? first : { kind: "union", of };
  }
  return ANY;
}

function fieldsOf(text: string, name: string): Fields {
  const file = ts.createSourceFile(`${name}.d.ts`, text, ts.ScriptTarget.Latest, true);
  const found = file.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  if (found === undefined) throw new Error(`there is no declaration of ${name}`);
  return new Map(
    found.members.filter(ts.isPropertySignature).map((member) => [
      member.name.getText(),
      {
        required: member.questionToken === undefined,
        shape: member.type === undefined ? ANY : shapeOf(member.type),
      },
    ]),
  );
}

/** Where each nested type begins and ends in a package's `types/input.d.ts`; its indentation tells, by how the file is generated. */
function indexOfNestedTypes(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let namespace = "";
  for (const match of text.matchAll(
    /^export declare namespace (\w+) \{$|^(?:export )?interface (\w+) \{$[\s\S]*?^\}$|^ {4}(?:export )?interface (\w+) \{$[\s\S]*?^ {4}\}$/gm,
  )) {
    const [body, opened, outer, inner] = match;
    if (opened !== undefined) namespace = opened;
    else if (outer !== undefined) found.set(outer, body);
    else if (inner !== undefined) found.set(`${namespace}.${inner}`, body);
  }
  return found;
}

/** Declarations of one installed package, e.g. `@pulumi/aws`. */
export class InputSchema {
  readonly #folder: string;
  readonly version: string;
  #nested: ReadonlyMap<string, string> | undefined;
  readonly #known = new Map<string, Fields>();

  constructor(packageName: string) {
    const manifest = require.resolve(`${packageName}/package.json`);
    this.#folder = dirname(manifest);
    const { version }: { version: string } = JSON.parse(readFileSync(manifest, "utf8"));
    this.version = version;
  }

  /** @param token of a resource or a function, e.g. `aws:ec2/vpc:Vpc` or `awsx:ec2:Vpc` */
  check(token: string, inputs: PropertyMap): readonly InputProblem[] {
    const fields = this.#fieldsOfToken(token);
    if (fields === undefined)
      return [{ path: "", reason: `there is no type ${token} in this version of the package` }];
    const problems: InputProblem[] = [];
    this.#checkFields(fields, inputs, "", problems);
    return problems;
  }

  #fieldsOfToken(token: string): Fields | undefined {
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    const [, module = "", name = ""] = token.split(":");
    const lowerFirst = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    const path = module.includes("/") ? module.replace(/^index\//, "") : `${module}/${lowerFirst}`;
    const file = join(this.#folder, `${path}.d.ts`);
    if (!existsSync(file)) return undefined;
    const text = readFileSync(file, "utf8");
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Args`;
    // Functions without arguments have no such interface.
    const fields: Fields = text.includes(`interface ${type} `) ? fieldsOf(text, type) : new Map();
    this.#known.set(token, fields);
    return fields;
  }

  #fieldsOfNested(name: string): Fields | undefined {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    this.#nested ??= indexOfNestedTypes(readFileSync(join(this.#folder, "types/input.d.ts"), "utf8"));
    const text = this.#nested.get(name);
    if (text === undefined) return undefined;
    const fields = fieldsOf(text, name.split(".").at(-1) ?? name);
    this.#known.set(name, fields);
    return fields;
  }

  #checkFields(fields: Fields, inputs: PropertyMap, path: string, problems: InputProblem[]): void {
    const under = (key: string): string => (path === "" ? key : `${path}.${key}`);
    for (const [key, value] of Object.entries(inputs)) {
      if (key.startsWith("__") || value === undefined || value === null) continue;
      const field = fields.get(key);
      if (field === undefined) problems.push({ path: under(key), reason: `there is no property "${key}"` });
      else this.#checkValue(field.shape, value, under(key), problems);
    }
    for (const [key, { required }] of fields) {
      if (required && (inputs[key] === undefined || inputs[key] === null)) {
        problems.push({ path: under(key), reason: `the property "${key}" is required` });
      }
    }
  }

  #checkValue(shape: Shape, value: unknown, path: string, problems: InputProblem[]): void {
    if (value === UNKNOWN || value === null || shape.kind === "any") return;
    const misfit = misfitOf(shape, value);
    if (misfit !== undefined) {
      problems.push({ path, reason: `expected ${misfit}, got ${describe(value)}` });
      return;
    }
    if (shape.kind === "union") problems.push(...this.#checkUnion(shape.of, value, path));
    else if (shape.kind === "list" && Array.isArray(value)) {
      for (const [index, item] of value.entries())
        this.#checkValue(shape.item, item, `${path}[${index}]`, problems);
    } else if (shape.kind === "map" && isRecord(value)) {
      for (const [key, item] of Object.entries(value))
        this.#checkValue(shape.item, item, `${path}.${key}`, problems);
    } else if (shape.kind === "nested" && isRecord(value)) {
      const fields = this.#fieldsOfNested(shape.name);
      if (fields !== undefined) this.#checkFields(fields, value, path, problems);
    }
  }

  /** What is wrong with the alternative that comes closest. */
  #checkUnion(of: readonly Shape[], value: unknown, path: string): readonly InputProblem[] {
    const attempts = of.map((shape) => {
      const problems: InputProblem[] = [];
      this.#checkValue(shape, value, path, problems);
      return problems;
    });
    return attempts.reduce((best, problems) => (problems.length < best.length ? problems : best));
  }
}

/** What was expected at this place, if the value is not even of that kind. */
function misfitOf(shape: Shape, value: unknown): string | undefined {
  if (shape.kind === "value") return fits(shape.type, value) ? undefined : shape.type;
  if (shape.kind === "asset") return specialKind(value) === undefined ? "an asset or archive" : undefined;
  if (shape.kind === "list") return Array.isArray(value) ? undefined : "a list";
  if (shape.kind === "map") return isRecord(value) ? undefined : "a map";
  if (shape.kind === "nested") return isRecord(value) ? undefined : "an object";
  return undefined;
}

/** The provider reads `"80"` as a number and `true` as a text, so both pass. */
function fits(type: "string" | "number" | "boolean", value: unknown): boolean {
  if (type === "string") return ["string", "number", "boolean"].includes(typeof value);
  if (type === "boolean") return typeof value === "boolean" || value === "true" || value === "false";
  return (
    typeof value === "number" || (typeof value === "string" && value !== "" && !Number.isNaN(Number(value)))
  );
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return isRecord(value) ? "an object" : typeof value;
}
