/** Tells of one problem: the field's path as the author wrote it, the value, what is allowed, and what to do. */
export type Report = (field: string, value: unknown, allowed: string, hint?: string) => void;

const NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,59}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function checkVariable(report: Report, field: string, name: string): void {
  if (!VARIABLE.test(name)) report(field, name, "letters, digits and underscores");
}

export function uniqueNames(report: Report, field: string, names: readonly string[]): void {
  const seen = new Set<string>();
  names.forEach((name, index) => {
    if (!NAME.test(name)) {
      report(`${field}[${index}].name`, name, "1 to 60 letters, digits and hyphens");
    } else if (seen.has(name)) {
      report(`${field}[${index}].name`, name, "a name that no other one has");
    }
    seen.add(name);
  });
}
