import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AutoscalerEvent, type AutoscalerEventRow } from "../../../components/local/autoscaler";
import { AutoscalerJournal } from "../../../components/local/autoscaler/events";
import type { EnvironmentEvent } from "../../../storage/schema";

/** Compiles only while a row of events.jsonl is an EnvironmentEvent but for the form of its time. */
const toEvent = (row: AutoscalerEventRow): EnvironmentEvent => ({ ...row, atUs: BigInt(row.atUs) });

describe("the journal", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pb-journal-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("writes each event as one line that is an environment event", () => {
    const journal = new AutoscalerJournal(join(folder, "autoscaler"));
    journal.event(AutoscalerEvent.InstanceReady, "app-1", { startMs: 12 }, 1_700_000_000_123);
    journal.event(AutoscalerEvent.InstanceEnded, "app-1", { how: "stopped" }, 1_700_000_000_456);
    const lines = readFileSync(journal.eventsPath, "utf8").trimEnd().split("\n");
    const row: AutoscalerEventRow = JSON.parse(lines[0] ?? "");
    expect(lines).toHaveLength(2);
    expect(toEvent(row)).toEqual({
      atUs: 1_700_000_000_123_000n,
      tier: "app",
      source: "app-1",
      event: "instance-ready",
      detail: { startMs: 12 },
    });
  });

  it("has its files from the start, for the owner only, and goes on where a predecessor ended", () => {
    const first = new AutoscalerJournal(folder);
    expect(statSync(first.eventsPath).mode & 0o777).toBe(0o600);
    expect(statSync(first.metricsPath).mode & 0o777).toBe(0o600);
    first.event(AutoscalerEvent.SettingsUpdated, "autoscaler", {});
    new AutoscalerJournal(folder).event(AutoscalerEvent.SettingsUpdated, "autoscaler", {});
    expect(readFileSync(first.eventsPath, "utf8").trimEnd().split("\n")).toHaveLength(2);
  });
});
