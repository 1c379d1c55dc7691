import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { ConfigError, ExitCode } from "../../../core/errors";
import { applyPolicy, DEFAULT_POLICY, loadPolicy, type Policy } from "../../../core/policy";

const folder = mkdtempSync(join(tmpdir(), "perfbed-policy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(folder, "policy.yaml");
  writeFileSync(path, text);
  return path;
}

const codes = Object.values(ExitCode).filter((code): code is ExitCode => typeof code === "number");
const rule = fc.constantFrom("fail" as const, "warn" as const, "pass" as const);
const anyPolicy: fc.Arbitrary<Policy> = fc.record({ inconclusive: rule, invalid: rule });

describe("policy", () => {
  test("by default lets nothing through that is not a pass", () => {
    for (const code of codes)
      expect(applyPolicy(DEFAULT_POLICY, code)).toEqual({ exitCode: code, note: null });
  });

  test("never touches a regression, a failed environment, an unproved teardown or a pass", () => {
    fc.assert(
      fc.property(anyPolicy, fc.constantFrom(...codes), (policy, code) => {
        const { exitCode, note } = applyPolicy(policy, code);
        if (code !== ExitCode.Inconclusive && code !== ExitCode.InvalidMeasurement)
          expect(exitCode).toBe(code);
        // A changed exit code is always explained.
        expect(note === null).toBe(exitCode === code);
      }),
    );
  });

  test("turns exactly the exit code it names into 0, and says so", () => {
    const policy = { inconclusive: "warn", invalid: "fail" } as const;
    expect(applyPolicy(policy, ExitCode.Inconclusive)).toEqual({
      exitCode: ExitCode.Pass,
      note: "The verdict is inconclusive; the policy says warn: exit code 0 instead of 3.",
    });
    expect(applyPolicy(policy, ExitCode.InvalidMeasurement).exitCode).toBe(ExitCode.InvalidMeasurement);
  });

  test("is read from YAML; what is left out is the safe default, what comparisons need is theirs", () => {
    expect(loadPolicy(file("inconclusive: pass\n"))).toEqual({ inconclusive: "pass", invalid: "fail" });
    expect(loadPolicy(file("comparison: { threshold: 0.2 }\n"))).toEqual(DEFAULT_POLICY);
    expect(loadPolicy(file(""))).toEqual(DEFAULT_POLICY);
  });

  test("with mistakes names every one of them, with what is allowed", () => {
    try {
      loadPolicy(file("inconclusive: maybe\ninvalid: 3\ninconclusiv: pass\n"));
      throw new Error("it was taken");
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      expect(error.problems.map(({ field }) => field).sort()).toEqual([
        "inconclusiv",
        "inconclusive",
        "invalid",
      ]);
      expect(error.problems.find(({ field }) => field === "inconclusive")?.allowed).toBe("fail, warn, pass");
    }
    expect(() => loadPolicy(file("inconclusive: [\n"))).toThrow(ConfigError);
    expect(() => loadPolicy(join(folder, "absent.yaml"))).toThrow(ConfigError);
  });
});
