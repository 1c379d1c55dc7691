/** A value as one word of bash, whatever is in it. */
export const shellWord = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;

export const assignment = (name: string, value: string | number): string =>
  `${name}=${shellWord(String(value))}`;

export const arrayAssignment = (name: string, values: readonly string[]): string =>
  `${name}=(${values.map(shellWord).join(" ")})`;

/** Environment variables as a file to source. @throws Error for a name that a shell cannot set */
export function variablesFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`${name} is no name of a shell variable`);
      return `${assignment(name, value)}\n`;
    })
    .join("");
}
