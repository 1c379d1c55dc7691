import { ConfigError, type Problem } from "../../../core/errors";

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/**
 * Puts the values of referenced variables (`${NAME}`) in place. It happens only where a process is about to be started, so that what is
 * referenced (a secret) stands in no configuration and in no state.
 * @throws ConfigError naming every reference to a variable that is not set; values are never shown.
 */
export function resolveReferences(
  environment: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const problems: Problem[] = [];
  const resolved = Object.entries(environment).map(([name, value]): [string, string] => [
    name,
    value.replace(REFERENCE, (reference, referenced: string) => {
      const found = variables[referenced];
      if (found !== undefined) return found;
      problems.push({
        field: `application.environment.${name}`,
        value: reference,
        allowed: "a reference to a variable that is set",
        hint: `Set ${referenced} in the shell that runs perfbed.`,
      });
      return reference;
    }),
  ]);
  if (problems.length > 0) throw new ConfigError("Application environment", problems);
  return Object.fromEntries(resolved);
}
