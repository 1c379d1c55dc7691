import { ConfigError, type Problem } from "../../../core/errors";

/**
 * Between tiers a URL holds no password on AWS, but `{{secret:<arn>:<json key>}}`: a reference into Secrets Manager that is resolved where
 * the application runs.
 */
export interface SecretReference {
  readonly arn: string;
  /** Key of the secret's JSON document. */
  readonly key: string;
}

const REFERENCE = /\{\{secret:(arn:[^{}]+):([^:{}]+)\}\}/g;

/** A piece of a text: as it stands, or to be looked up. */
export type TextPart = string | SecretReference;

/** The text in pieces, in order, without empty ones. */
export function textParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const [whole, arn = "", key = ""] = match;
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push({ arn, key });
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

/** Every reference of the texts, once, in order. */
export function secretReferences(texts: readonly string[]): SecretReference[] {
  const found = new Map<string, SecretReference>();
  for (const part of texts.flatMap(textParts)) {
    if (typeof part !== "string") found.set(`${part.arn}:${part.key}`, part);
  }
  return [...found.values()];
}

/** ARNs of the secrets that the texts refer to, sorted. */
export const secretArns = (texts: readonly string[]): string[] =>
  [...new Set(secretReferences(texts).map(({ arn }) => arn))].sort();

/**
 * Refuses URLs with a password in the clear: they would be written where anyone with read access to the account can see them.
 * @throws ConfigError naming the variables; values are never shown
 */
export function refusePlainPasswords(variables: Readonly<Record<string, string>>): void {
  const problems = Object.entries(variables)
    .filter(([, value]) => value.split(",").some(hasPlainPassword))
    .map(
      ([name]): Problem => ({
        field: `aws.app.variables.${name}`,
        allowed: "a URL whose password is a reference: {{secret:<arn>:<json key>}}",
      }),
    );
  if (problems.length > 0) throw new ConfigError("Connections of the application", problems);
}

function hasPlainPassword(url: string): boolean {
  const userInfo = /:\/\/([^/?#@]*)@/.exec(url.replace(REFERENCE, "\u0000"))?.[1];
  const password = userInfo?.split(":").slice(1).join(":") ?? "";
  return password.replaceAll("\u0000", "") !== "";
}
