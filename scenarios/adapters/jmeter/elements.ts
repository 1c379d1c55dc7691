/** Text between two tags. */
const content = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#xd;");

/** Text in an attribute. */
export const xmlText = (text: string): string =>
  content(text).replaceAll('"', "&quot;").replaceAll("\n", "&#xa;");

/** Lines of the file, without their indentation. */
export type Lines = readonly string[];

/** One property of a test element. */
export type Property = Lines;

export const text = (name: string, value: string): Property => [
  `<stringProp name="${xmlText(name)}">${content(value)}</stringProp>`,
];
export const flag = (name: string, value: boolean): Property => [
  `<boolProp name="${xmlText(name)}">${value}</boolProp>`,
];
export const whole = (name: string, value: number): Property => [
  `<intProp name="${xmlText(name)}">${value}</intProp>`,
];

const indent = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);

export function collection(name: string, items: readonly Property[]): Property {
  return items.length === 0
    ? [`<collectionProp name="${xmlText(name)}"/>`]
    : [`<collectionProp name="${xmlText(name)}">`, ...indent(items.flat()), "</collectionProp>"];
}

export function nested(name: string, type: string, properties: readonly Property[]): Property {
  return [
    `<elementProp name="${xmlText(name)}" elementType="${type}">`,
    ...indent(properties.flat()),
    "</elementProp>",
  ];
}

/** A test element and what stands under it in the tree. */
export function element(
  type: { readonly test: string; readonly gui: string },
  name: string,
  properties: readonly Property[],
  children: readonly (readonly string[])[] = [],
): readonly string[] {
  const body = properties.flat();
  const open = `<${type.test} guiclass="${type.gui}" testclass="${type.test}" testname="${xmlText(name)}"`;
  return [
    ...(body.length === 0 ? [`${open}/>`] : [`${open}>`, ...indent(body), `</${type.test}>`]),
    ...(children.length === 0 ? ["<hashTree/>"] : ["<hashTree>", ...indent(children.flat()), "</hashTree>"]),
  ];
}
