import {
  type Check,
  type CheckOptions,
  FinalFailure,
  requireAll,
  UnderWay,
} from "../../../campaign/targets/checks";

const options = (deadlineMs: number): CheckOptions => ({
  deadlineMs,
  pauseMs: 1,
  signal: new AbortController().signal,
  reasonOf: (error) => (error instanceof Error ? error.message : String(error)),
  hint: "",
});

/** Fails with one after the other, then holds. */
function failing(what: string, ...errors: Error[]): Check {
  return {
    what,
    async run() {
      const error = errors.shift();
      if (error !== undefined) throw error;
    },
  };
}
const never = (what: string, error: Error): Check => ({
  what,
  async run() {
    throw error;
  },
});

test("a check is repeated until it holds, and one that does not in time is named with its time", async () => {
  const slow = failing("slow", new Error("not yet"), new Error("not yet"));
  await expect(requireAll([slow, failing("quick")], options(60_000))).resolves.toBe(2);
  await expect(
    requireAll([failing("quick"), never("dead", new Error("no answer"))], options(0)),
  ).rejects.toMatchObject({
    code: "PERFBED_NOT_VERIFIED",
    problems: [{ field: "dead", allowed: "to hold within 0 s", hint: "no answer" }],
  });
});

test("what waiting does not change fails at once, and nobody waits for the others or blames them", async () => {
  const checks = [
    never("slow", new Error("not yet")),
    never("parameters", new FinalFailure("pending-reboot")),
    never("replacement", new UnderWay("half of it", 60_000)),
  ];
  await expect(requireAll(checks, options(60_000))).rejects.toMatchObject({
    problems: [{ field: "parameters", allowed: "to hold", hint: "pending-reboot" }],
  });
});

test("what is under way has its own time, whatever the usual one is", async () => {
  const halfway = () => new UnderWay("half of it", 60_000);
  await expect(requireAll([failing("long", halfway(), halfway())], options(0))).resolves.toBe(1);
  await expect(
    requireAll([never("stuck", new UnderWay("half of it", 0))], options(60_000)),
  ).rejects.toMatchObject({
    problems: [{ field: "stuck", allowed: "to hold within 0 s", hint: "half of it" }],
  });
});
