import { parse } from "csv-parse/sync";
import type { FleetResult } from "../../campaign/fleet";
import { WAIT } from "../../scenarios/adapters/data/chain-path";
import { SEPARATOR } from "../../scenarios/adapters/data/column-names";
import { visitsCsv } from "../../scenarios/adapters/data/visit-data";
import { MANY_IDS, type SeenRequest, type ToolFleet } from "./tool-fleet";
import { variedWorkload } from "./varied-workload";

const TOKEN = "a-secret-of-the-test";

type Row = Readonly<Record<string, string>>;

/** Every visit of the fleet, as a rendered k6 script would draw it. */
function plannedVisits(): readonly Row[] {
  const { executor } = variedWorkload;
  if (executor === undefined) throw new Error("no executor");
  // Two users on the first generator, one on the second.
  return [0, 1].flatMap((index): readonly Row[] =>
    parse(visitsCsv(variedWorkload, executor, { index, count: 2 }), { columns: true }),
  );
}

const stepsOf = (visit: Row): readonly string[] =>
  visit.journey === "send"
    ? ["upload", "found"]
    : (visit.path ?? "").split(SEPARATOR).filter((word) => !word.startsWith(WAIT));

const countOf = (values: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
};

const queryOf = (request: SeenRequest, name: string): string =>
  new URL(request.url, "http://localhost").searchParams.get(name) ?? "";

/** Runs the varied workload on two generators of a tool. */
export async function runVaried(fleet: ToolFleet): Promise<FleetResult> {
  process.env.PERFBED_TEST_TOKEN = TOKEN;
  return fleet.run(variedWorkload, "varied", { endpoints: { "back-office": fleet.otherUrl } });
}

/**
 * What holds for every tool: three users on two generators make twelve visits each, every visit goes its own way through the chain, and
 * what is sent is what was drawn and found.
 * @param seededPicks whether the tool takes random values by the numbers of the visits' data
 */
export async function expectVariedRun(
  fleet: ToolFleet,
  result: FleetResult,
  seededPicks: boolean,
): Promise<void> {
  const { seen } = fleet;
  const visits = plannedVisits();
  expect(visits).toHaveLength(36);
  expect(result.aborted).toBeNull();
  const arrivals = await fleet.query(
    result,
    (_, iterations) =>
      `SELECT journey, sum(started)::INT AS started, sum(completed)::INT AS completed FROM ${iterations} GROUP BY journey ORDER BY journey`,
  );
  const byJourney = countOf(visits.map(({ journey }) => journey ?? ""));
  expect(arrivals).toEqual(
    ["send", "wander"].map((journey) => ({
      journey,
      started: byJourney[journey],
      completed: byJourney[journey],
    })),
  );
  const steps = await fleet.query(
    result,
    (samples) =>
      `SELECT journey || ' ' || step AS step, count(*)::INT AS n, bool_and(ok) AS ok FROM ${samples} GROUP BY ALL ORDER BY ALL`,
  );
  const byStep = countOf(visits.flatMap((visit) => stepsOf(visit).map((step) => `${visit.journey} ${step}`)));
  expect(steps).toEqual(
    Object.entries(byStep)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([step, n]) => ({ step, n, ok: true })),
  );

  // The application's own view: each visitor's way.
  const ways = new Map<string, string[]>();
  for (const { visitor, path } of seen) {
    ways.set(visitor, [...(ways.get(visitor) ?? []), path.split("/")[1] ?? ""]);
  }
  expect([...ways.values()].map((way) => way.join(" ")).sort()).toEqual(
    visits.map((visit) => stepsOf(visit).join(" ")).sort(),
  );
  const homes = seen.filter(({ path }) => path === "/home");
  expect(homes.map((request) => queryOf(request, "shelf")).sort()).toEqual(
    visits
      .flatMap((visit) =>
        stepsOf(visit)
          .filter((step) => step === "home")
          .map(() => visit.shelf ?? ""),
      )
      .sort(),
  );

  const sends = visits.filter(({ journey }) => journey === "send");
  const uploads = seen.filter(({ path }) => path === "/upload");
  const parcels = uploads.map(({ body, type, authorization }) => {
    expect(authorization).toBe(`Bearer ${TOKEN}`);
    const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/.exec(type ?? "")?.[1];
    const parts = body.split(`--${boundary}`).slice(1, -1);
    expect(parts).toHaveLength(2);
    expect(parts[1]).toMatch(/name="label"; filename="label.txt"/i);
    expect(parts[1]).toMatch(/content-type: text\/plain/i);
    expect(parts[1]).toContain("\r\n\r\nFragile: this side up.\n\r\n");
    expect(parts[0]).toMatch(/name="parcel"/i);
    return /\r\n\r\n(p-[\w-]+)\r\n$/.exec(parts[0] ?? "")?.[1];
  });
  expect(new Set(parcels).size).toBe(sends.length);
  expect(parcels).not.toContain(undefined);
  const sorted = (requests: readonly SeenRequest[], name: string): readonly string[] =>
    requests.map((request) => queryOf(request, name)).sort();
  const drawn = (column: string): readonly string[] => sends.map((visit) => visit[column] ?? "").sort();
  expect(sorted(uploads, "of")).toEqual(drawn("words_at_upload"));

  const found = seen.filter(({ path }) => path === "/found");
  expect(new Set(found.map(({ port }) => `http://127.0.0.1:${port}`))).toEqual(new Set([fleet.otherUrl]));
  expect(new Set(sorted(found, "whole"))).toEqual(new Set(['"kind":"cart"']));
  expect(new Set(sorted(found, "second"))).toEqual(new Set(["cart"]));
  expect(new Set(sorted(found, "last"))).toEqual(new Set([String(MANY_IDS.at(-1))]));
  expect(sorted(found, "of")).toEqual(drawn("words_at_found"));
  const any = sorted(found, "any");
  for (const id of any) expect(MANY_IDS).toContain(Number(id));
  const picked = drawn("pick_any_at_upload").map((share) =>
    String(MANY_IDS[Math.floor(Number(share) * MANY_IDS.length)]),
  );
  if (seededPicks) expect(any).toEqual(picked.sort());
  expect(await fleet.running()).toBe(0);
}
