/** What a varying part of a path looks like. `slug` is found by its number of values, the others by their form. */
export type SegmentKind = "number" | "uuid" | "hash" | "token" | "email" | "date" | "slug";

/** A part of a path between two slashes: fixed text, or a kind of value with a fixed ending (`.html`). */
export interface VaryingSegment {
  readonly kind: SegmentKind;
  /** `.html`, or empty. */
  readonly suffix: string;
}

const NUMBER = /^-?\d+$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HASH = /^[0-9a-f]{12,}$/i;
const DATE = /^\d{4}-\d\d(?:-\d\d)?$/;
const TOKEN = /^[A-Za-z0-9_-]{16,}$/;
const EMAIL = /.(?:@|%40)./i;
const SUFFIX = /\.[A-Za-z][A-Za-z0-9]{0,5}$/;

const SEPARATOR = 3;

/** Random texts have digits and letters of both cases side by side; words, even many with hyphens between them, hardly ever. */
function looksRandom(text: string): boolean {
  if (!TOKEN.test(text) || !/\d/.test(text) || !/[A-Za-z]/.test(text)) return false;
  let changes = 0;
  for (let at = 1; at < text.length; at++) {
    const [before, here] = [classOf(text, at - 1), classOf(text, at)];
    if (before !== here && before !== SEPARATOR && here !== SEPARATOR) changes += 1;
  }
  return changes >= text.length / 5;
}

function classOf(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 0x30 && code <= 0x39) return 0;
  if (code >= 0x41 && code <= 0x5a) return 1;
  return code >= 0x61 && code <= 0x7a ? 2 : SEPARATOR;
}

function kindOf(text: string): SegmentKind | undefined {
  if (NUMBER.test(text)) return "number";
  if (text.length < 4) return undefined;
  if (UUID.test(text)) return "uuid";
  if (DATE.test(text)) return "date";
  if (EMAIL.test(text)) return "email";
  if (text.length >= 12) {
    if (HASH.test(text) && /\d/.test(text)) return "hash";
    if (looksRandom(text)) return "token";
    // A key with its parts: eyJhbGciOi….eyJzdWIiOi….c2lnbmF0dXJl
    if (text.length >= 40 && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return "token";
  }
  return undefined;
}

/** The kind of value a segment is by its form alone; undefined for what may be fixed text. */
export function segmentKind(segment: string): VaryingSegment | undefined {
  const kind = kindOf(segment);
  if (kind !== undefined) return { kind, suffix: "" };
  const suffix = SUFFIX.exec(segment)?.[0];
  if (suffix === undefined) return undefined;
  const stem = kindOf(segment.slice(0, -suffix.length));
  return stem === undefined ? undefined : { kind: stem, suffix };
}

/** Segments of pages that nearly every site has: never a value among many. */
const USUAL_PAGES = new Set(
  "about account api app auth basket blog cart catalog categories category checkout contact dashboard faq graphql help home impressum index index.html index.php info jobs legal login logout me news new order orders pay payment pricing privacy product products profile register search settings shop signin signout signup sitemap.xml store support terms user users v1 v2 v3 wishlist".split(
    " ",
  ),
);

export const isUsualPage = (segment: string): boolean => USUAL_PAGES.has(segment.toLowerCase());

/** Collections of people: what stands behind is a name, however few of them a log has. */
const PEOPLE =
  /^(?:users?|members?|people|persons?|profiles?|accounts?|customers?|clients?|authors?|contacts?|employees?|patients?|students?|u|@|~)$/i;

export const isCollectionOfPeople = (segment: string): boolean => PEOPLE.test(segment);

/** `@jane`, `~jane` */
export const isPersonMark = (segment: string): boolean => /^(?:[@~]|%40|%7E)./i.test(segment);
