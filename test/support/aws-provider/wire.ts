import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** Marks of Pulumi's wire format. They are part of its protocol and never change. */
const SPECIAL = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
export const ASSET = "c44067f5952c0a294b673a41bacd8c17";
export const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";

/** Stands for a value that is not known before something has been made. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Properties of a resource as they travel. */
export type PropertyMap = { [key: string]: unknown };

export const isRecord = (value: unknown): value is PropertyMap =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Which special value a record is, e.g. {@link ASSET}; undefined when it is a plain one. */
export function specialKind(value: unknown): string | undefined {
  const kind = isRecord(value) ? value[SPECIAL] : undefined;
  return typeof kind === "string" ? kind : undefined;
}

/** Secrets and output values become what they hold; a reference to a resource becomes its id. Assets stay. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value)) return value;
  const kind = specialKind(value);
  if (kind === SECRET) return plain(value.value);
  if (kind === OUTPUT_VALUE) return "value" in value ? plain(value.value) : UNKNOWN;
  if (kind === RESOURCE) return value.id ?? value.urn;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** Reads properties, without nulls at the top, which mean "absent". */
export function fromWire(struct: Struct | undefined): PropertyMap {
  const entries = Object.entries(struct?.toJavaScript() ?? {}).map(
    ([key, item]) => [key, plain(item)] as const,
  );
  return Object.fromEntries(entries.filter(([, item]) => item !== null && item !== undefined));
}

/** JSON's types only; what is undefined is left out. */
export function toWire(properties: PropertyMap): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)));
}

export const resourceReference = (urn: string, id: string, version: string): PropertyMap => ({
  [SPECIAL]: RESOURCE,
  urn,
  id,
  packageVersion: version,
});

/** True when nothing inside is unknown. */
export function isKnown(value: unknown): boolean {
  if (value === UNKNOWN) return false;
  if (Array.isArray(value)) return value.every(isKnown);
  return !isRecord(value) || Object.values(value).every(isKnown);
}
