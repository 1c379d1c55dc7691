import { takeInventory } from "../../components/local/supervisor";
import { type LocalStack, openLocalStack, smallSizing, tinyApplication } from "./support/local-stack";

jest.setTimeout(90_000);

/** What the engine says went wrong, one entry a resource, without its own summary line. */
function reportedErrors(error: unknown): string[] {
  const text = error instanceof Error ? error.message : String(error);
  const diagnostics = text.slice(text.lastIndexOf("Diagnostics:"));
  return [...diagnostics.matchAll(/error: (\[PERFBED_[A-Z_]+\] .*)/g)].map(([, said]) => String(said));
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("the environment came up");
    },
    (error: unknown) => error,
  );
}

describe("an application that does not start", () => {
  let stack: LocalStack;
  beforeEach(async () => {
    stack = await openLocalStack();
  });
  afterEach(async () => {
    await stack?.dispose();
  });

  /** After a failed provision: destroy removes what did come up, and the sweep proves the rest. */
  async function expectRolledBack(): Promise<void> {
    const failed = await takeInventory(stack.environmentId);
    expect(failed.processes.filter(({ name }) => /^(app-|autoscaler)/.test(name ?? ""))).toEqual([]);
    await stack.destroy();
    const left = await takeInventory(stack.environmentId);
    expect(left.processes.map(({ name }) => name)).toEqual(["watchdog"]);
    expect(left.reservedPorts).toEqual([]);
    await stack.dispose();
    expect((await takeInventory(stack.environmentId)).empty).toBe(true);
  }

  test("its command fails: one error that quotes its last words, and nothing is left after destroy", async () => {
    const command = [
      process.execPath,
      "-e",
      "console.error('cannot find the module ./missing'); process.exit(3)",
    ];
    const error = await failureOf(
      stack.up({ sizing: smallSizing(), application: tinyApplication({ command }) }),
    );
    const errors = reportedErrors(error);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^\[PERFBED_PROCESS_EXITED\] autoscaler exited with code 5/);
    expect(String(error)).toContain("cannot find the module ./missing");
    await expectRolledBack();
  });

  test("its set-up fails: one error that quotes its last words, no instance was started, nothing is left after destroy", async () => {
    const error = await failureOf(
      stack.up({
        sizing: smallSizing(),
        application: tinyApplication({
          environment: { FAIL_SETUP: "yes" },
          setup: { command: [process.execPath, "setup.js"], timeoutSeconds: 20 },
        }),
      }),
    );
    const errors = reportedErrors(error);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/app-setup/);
    expect(String(error)).toContain("the migration failed: relation does not exist");
    await expectRolledBack();
  });

  test("a reference to a variable that is not set is named, without any value", async () => {
    const error = await failureOf(
      stack.up({
        sizing: smallSizing(),
        application: tinyApplication({ environment: { KEY: "$" + "{NOT_SET_ANYWHERE}" } }),
      }),
    );
    expect(reportedErrors(error)).toEqual(["[PERFBED_CONFIG] Application environment: 1 problem"]);
    expect(String(error)).toContain("Set NOT_SET_ANYWHERE in the shell that runs perfbed.");
    await expectRolledBack();
  });
});
