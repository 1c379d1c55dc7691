import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EnvironmentError } from "../../../core/errors";
import { environmentPath } from "./environment-path";

const MARKER = "closing";

/** Says for good that an environment is being removed: from here on nothing may be started in it. */
export function markClosing(environmentId: string): void {
  writeFileSync(join(environmentPath(environmentId), MARKER), "", { mode: 0o600 });
}

export function isClosing(environmentId: string): boolean {
  return existsSync(join(environmentPath(environmentId), MARKER));
}

/** @throws EnvironmentError PERFBED_ENVIRONMENT_CLOSING */
export function refuseIfClosing(environmentId: string): void {
  if (!isClosing(environmentId)) return;
  throw new EnvironmentError(
    "PERFBED_ENVIRONMENT_CLOSING",
    `Environment ${environmentId} is being removed; nothing can be started in it`,
    { hint: "Wait until `perfbed list` no longer shows it, or use another name." },
  );
}
