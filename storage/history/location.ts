import { resolve } from "node:path";
import { ConfigError, type Problem } from "../../core/errors";
import type { S3FilesOptions } from "./s3-files";

/** Where a history address was written: a command line is seen by every user of the machine. */
export type AddressSource = "argument" | "setting";

export type HistoryAddress =
  | { readonly kind: "folder"; readonly folder: string }
  | ({ readonly kind: "s3" } & S3FilesOptions)
  | { readonly kind: "postgres"; readonly connectionString: string; readonly schema: string };

const ALLOWED = "a folder, s3://bucket/prefix or postgres://user@host/database";

/** An address of a history. Prints and serialises without its password. */
export class HistoryLocation {
  readonly #address: HistoryAddress;

  private constructor(
    address: HistoryAddress,
    /** For people. */
    readonly text: string,
  ) {
    this.#address = address;
  }

  get address(): HistoryAddress {
    return this.#address;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }

  /**
   * @param field how the user knows it, e.g. `--history`
   * @param baseDir where a relative folder starts
   * @throws ConfigError for an address that is none, or with a password where others can read it
   */
  static parse(
    text: string,
    options: { readonly field: string; readonly source: AddressSource; readonly baseDir: string },
  ): HistoryLocation {
    const { field, source, baseDir } = options;
    const fail = (problem: Omit<Problem, "field">): never => {
      throw new ConfigError("The history cannot be used", [{ field, ...problem }]);
    };
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
    if (text.trim() === "") return fail({ value: text, allowed: ALLOWED });
    if (scheme === undefined) {
      const folder = resolve(baseDir, text);
      return new HistoryLocation({ kind: "folder", folder }, folder);
    }
    let url: URL;
    try {
      url = new URL(text);
    } catch {
      // Not printed: it may hold a password.
      return fail({ allowed: ALLOWED, hint: "It cannot be read as an address." });
    }
    if (scheme === "s3") return s3Location(url, fail);
    if (scheme === "postgres" || scheme === "postgresql") return postgresLocation(url, source, fail);
    return fail({ value: `${scheme}://…`, allowed: ALLOWED });
  }

  /** For the readers of an address only. */
  static of(address: HistoryAddress, text: string): HistoryLocation {
    return new HistoryLocation(address, text);
  }
}

type Fail = (problem: Omit<Problem, "field">) => never;

function s3Location(url: URL, fail: Fail): HistoryLocation {
  const parameters = new Map(url.searchParams);
  const known = ["region", "endpoint", "pathStyle"];
  const unknown = [...parameters.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) return fail({ value: unknown, allowed: known.join(", ") });
  if (url.username !== "" || url.password !== "") {
    return fail({
      allowed: "no keys in the address",
      hint: "The AWS SDK finds credentials by itself: AWS_PROFILE, AWS_ACCESS_KEY_ID, a role.",
    });
  }
  if (url.hostname === "") return fail({ value: "s3://", allowed: "s3://bucket/prefix" });
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, "");
  const region = parameters.get("region");
  const endpoint = parameters.get("endpoint");
  const pathStyle = parameters.get("pathStyle");
  if (endpoint !== undefined && !/^https?:\/\//.test(endpoint)) {
    return fail({ value: endpoint, allowed: "an http or https address" });
  }
  if (pathStyle !== undefined && pathStyle !== "true" && pathStyle !== "false") {
    return fail({ value: pathStyle, allowed: "true or false" });
  }
  return HistoryLocation.of(
    {
      kind: "s3",
      bucket: url.hostname,
      prefix,
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(pathStyle === undefined ? {} : { pathStyle: pathStyle === "true" }),
    },
    `s3://${url.hostname}${prefix === "" ? "" : `/${prefix}`}`,
  );
}

function postgresLocation(url: URL, source: AddressSource, fail: Fail): HistoryLocation {
  const hasPassword = url.password !== "" || url.searchParams.has("password");
  if (hasPassword && source === "argument") {
    return fail({
      allowed: "no password on the command line, where every user of the machine can read it",
      hint: "Set PGPASSWORD, use ~/.pgpass, or put the whole address into PERFBED_HISTORY.",
    });
  }
  const schema = url.searchParams.get("schema") ?? "perfbed";
  if (schema === "" || schema.length > 63) {
    return fail({ value: schema, allowed: "a schema name of 1 to 63 characters" });
  }
  url.searchParams.delete("schema");
  const user = url.username === "" ? "" : `${decodeURIComponent(url.username)}@`;
  const text = `postgres://${user}${url.host}${url.pathname}${schema === "perfbed" ? "" : `?schema=${schema}`}`;
  return HistoryLocation.of({ kind: "postgres", connectionString: url.toString(), schema }, text);
}
