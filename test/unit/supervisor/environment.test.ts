import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { environmentPath } from "../../../components/local/supervisor/environment-path";
import { parseExpiry, readEnvironmentRecord } from "../../../components/local/supervisor/environment-record";
import { decide, WatchdogDecision } from "../../../components/local/watchdog/decision";
import { environmentDir } from "../../../core/home";

test("no environment id leads out of the environments folder", () => {
  const parent = dirname(environmentDir("pb-x"));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.constantFrom("..", "../x", "a/../../b", "/etc", "", "pb-a/..", "pb-a\0", "pb-ok"),
      ),
      (id) => {
        let path: string;
        try {
          path = environmentPath(id);
        } catch (error) {
          expect(error).toMatchObject({ code: "PERFBED_CONFIG" });
          return;
        }
        expect(dirname(path)).toBe(parent);
        expect(path).toBe(join(parent, id));
      },
    ),
  );
  expect(() => environmentPath("../pb-x")).toThrow();
  expect(environmentPath("pb-x")).toBe(join(parent, "pb-x"));
});

test("a damaged environment.json reads as none", () => {
  const folder = mkdtempSync(join(tmpdir(), "pb-record-"));
  try {
    expect(readEnvironmentRecord(folder)).toBeUndefined();
    for (const content of ["", "{", "[]", '{"schemaVersion":2}', '{"schemaVersion":1,"environmentId":"x"}']) {
      writeFileSync(join(folder, "environment.json"), content);
      expect(readEnvironmentRecord(folder)).toBeUndefined();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an expiry is stored in UTC, and no date is refused", () => {
  expect(parseExpiry("2030-01-01T02:00:00+02:00")).toBe("2030-01-01T00:00:00.000Z");
  expect(() => parseExpiry("soon")).toThrow(expect.objectContaining({ code: "PERFBED_CONFIG" }));
});

test.each([
  ["waits before the expiry, owner or not", 999, false, WatchdogDecision.Wait],
  ["leaves an expired environment to its living owner", 1_000, true, WatchdogDecision.LeaveToOwner],
  ["sweeps from the expiry on when the owner is gone", 1_000, false, WatchdogDecision.Sweep],
])("the watchdog %s", (_name, now, ownerAlive, decision) => {
  expect(decide({ expiresAt: new Date(1_000).toISOString() }, ownerAlive, now)).toBe(decision);
});
