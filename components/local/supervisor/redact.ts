const SECRET_NAME = /pass|secret|token|key|credential|auth/i;
const URL_PASSWORD = /:\/\/[^\s:/@]*:([^\s@]+)@/g;
const SHORTEST = 4;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Values that must not be shown: those of variables named like secrets, and passwords inside URLs. */
function secretsOf(values: Readonly<Record<string, string>>): string[] {
  const secrets = new Set<string>();
  for (const [name, value] of Object.entries(values)) {
    if (SECRET_NAME.test(name)) secrets.add(value);
    for (const [, password = ""] of value.matchAll(URL_PASSWORD)) {
      secrets.add(password);
      secrets.add(decoded(password));
    }
  }
  return [...secrets].filter((secret) => secret.length >= SHORTEST).sort((a, b) => b.length - a.length);
}

/** Replaces every secret of `values`, and any password in a URL, by `***`. For log lines of a process that may print its own settings. */
export function redact(text: string, values: Readonly<Record<string, string>>): string {
  const hidden = secretsOf(values).reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
  return hidden.replace(URL_PASSWORD, (match, password: string) => match.replace(`:${password}@`, ":***@"));
}
