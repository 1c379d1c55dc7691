import { environmentDir } from "../../../core/home";
import { watchEnvironment } from "./watch";

/**
 * Entry of the watchdog process: `main.js <environment id>`. One runs for each environment, sleeping almost always; it ends the
 * environment once that has expired and its owner is gone, and ends itself when the environment is gone.
 */
async function main(): Promise<void> {
  const environmentId = process.argv[2];
  if (environmentId === undefined) throw new Error("usage: watchdog <environment id>");
  await watchEnvironment(environmentId, environmentDir(environmentId), (line) => {
    process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
