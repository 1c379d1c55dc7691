import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { resolveWorkload } from "../../../../scenarios/resolve";
import { expectMixedRun, mixedWorkload, startToolFleet, type ToolFleet } from "../../../support/tool-fleet";
import { expectVariedRun, runVaried } from "../../../support/varied-run";

jest.setTimeout(300_000);

let fleet: ToolFleet;
beforeAll(async () => {
  fleet = await startToolFleet("gatling");
});
afterAll(() => fleet.close());
beforeEach(() => {
  fleet.seen.length = 0;
});

test("two Gatling processes start together, share the arrivals exactly, and every request becomes one row", async () => {
  await expectMixedRun(fleet, await fleet.run(mixedWorkload, "mixed"));
});

test("virtual users of two Gatling processes make their visits exactly: each its way through the chain, with what was drawn and found", async () => {
  await expectVariedRun(fleet, await runVaried(fleet), true);
});

test("a user's own simulation runs as it is, with the statuses that Gatling's own log leaves out", async () => {
  const file = join(fleet.home, "OwnSimulation.java");
  await writeFile(
    file,
    `import static io.gatling.javaapi.core.CoreDsl.*;
import static io.gatling.javaapi.http.HttpDsl.*;
import io.gatling.javaapi.core.*;

public class OwnSimulation extends Simulation {
  {
    setUp(scenario("Shopper")
        .exec(http("list").get("/list"))
        .exec(http("fails, always").get("/fails"))
        .injectOpen(constantUsersPerSec(10).during(3)))
      .protocols(http.baseUrl(System.getenv("BASE_URL")));
  }
}
`,
  );
  const own = await resolveWorkload({
    scenario: file,
    baseDir: fleet.home,
    parameters: {},
    set: ["warmupSeconds=1", "durationSeconds=30"],
    storefront: false,
  });
  const result = await fleet.run(own, "own");
  // Nobody can split its injection from outside: one of the two generators makes it all.
  expect(result.generators).toHaveLength(1);
  expect(result.aborted).toBeNull();
  // It ended by itself, long before the time it was given: what came after is no part of the measurement.
  expect(result.window.measuredToUs - result.window.runStartedAtUs).toBeLessThan(25_000_000);
  const steps = await fleet.query(
    result,
    (samples) =>
      `SELECT journey, step, count(*)::INT AS n, min(status)::INT AS status, min(error) AS error FROM ${samples} GROUP BY ALL ORDER BY step`,
  );
  expect(steps).toEqual([
    { journey: "Shopper", step: "fails, always", n: 30, status: 503, error: "http-5xx" },
    { journey: "Shopper", step: "list", n: 30, status: 200, error: null },
  ]);
  expect(await fleet.running()).toBe(0);
});

test("a user's own simulation in Scala is compiled by the compiler that Gatling brings, and runs", async () => {
  const file = join(fleet.home, "OwnScalaSimulation.scala");
  await writeFile(
    file,
    `import io.gatling.core.Predef._
import io.gatling.http.Predef._
import scala.concurrent.duration._

class OwnScalaSimulation extends Simulation {
  setUp(scenario("Browser").exec(http("list").get("/list")).inject(constantUsersPerSec(10).during(2.seconds)))
    .protocols(http.baseUrl(sys.env("BASE_URL")))
}
`,
  );
  const own = await resolveWorkload({
    scenario: file,
    baseDir: fleet.home,
    parameters: {},
    set: ["warmupSeconds=0", "durationSeconds=30"],
    storefront: false,
  });
  const result = await fleet.run(own, "own-scala");
  expect(result.aborted).toBeNull();
  const steps = await fleet.query(
    result,
    (samples) => `SELECT journey, step, count(*)::INT AS n, bool_and(ok) AS ok FROM ${samples} GROUP BY ALL`,
  );
  expect(steps).toEqual([{ journey: "Browser", step: "list", n: 20, ok: true }]);
  expect(fleet.seen).toHaveLength(20);
});
