import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CsvTail } from "../../../campaign/fleet/csv-tail";

const HEADER =
  "metric_name,timestamp,metric_value,check,error_code,name,scenario,status,extra_tags,metadata\n";
const AT = 1_795_493_483_527_531;

const ROWS = [
  `http_reqs,${AT},1.000000,,,http://127.0.0.1/,closed,200,,iter=0&vu=7`,
  `http_req_duration,${AT},0.376585,,,http://127.0.0.1/,closed,200,,iter=0&vu=7`,
  `http_req_blocked,${AT},0.071367,,,http://127.0.0.1/,closed,200,,iter=0&vu=7`,
  `http_req_failed,${AT},0.000000,,,http://127.0.0.1/,closed,200,,iter=0&vu=7`,
  `checks,${AT},1.000000,status is 200,,,closed,,,vu=7&iter=0`,
  `iterations,${AT},1.000000,,,,closed,,,vu=7&iter=0`,
  `iteration_duration,${AT},2.500000,,,,closed,,,vu=7&iter=0`,
  `http_req_duration,${AT + 10},1234.500000,,1050,http://127.0.0.1/,closed,0,,iter=1&vu=7`,
  `http_req_failed,${AT + 10},1.000000,,1050,http://127.0.0.1/,closed,0,,iter=1&vu=7`,
  `checks,${AT + 11},0.000000,status is 200,,,closed,,,vu=7&iter=1`,
  `dropped_iterations,${AT + 12},3.000000,,,,closed,,,`,
  // A user's own metrics, as long as k6's and with the same letters in places.
  `inventory_duration,${AT + 13},9.000000,,,,closed,,,vu=7&iter=1`,
  `http_req_dimension,${AT + 13},9.000000,,,,closed,,,vu=7&iter=1`,
  `perfbed_visit_started,${AT + 14},1.000000,,,,closed,,,vu=7&iter=1`,
  `perfbed_scenario_start_ms,${AT + 15},1795493483500.000000,,,,closed,,,`,
  // perfbed's output: one row a request.
  `http_req,${AT + 16},7.250000,0,0.1,7,0,200,,closed,home,`,
  `http_req,${AT + 17},8,1,0.1,0,0,0,1050,closed,home,`,
  `end,${AT + 18},2,,,,,,,,,`,
];

const EXPECTED = [
  `request ${AT} 0.376585`,
  `started ${AT - 2500}`,
  `request ${AT + 10} 1234.5`,
  `failed ${AT + 10}`,
  `check ${AT + 11}`,
  `dropped ${AT + 12} 3`,
  `started ${AT + 14}`,
  "scenario 1795493483500",
  `request ${AT + 16} 7.25`,
  `request ${AT + 17} 8`,
  `failed ${AT + 17}`,
];

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "perfbed-csv-tail-"));
  file = join(folder, "samples.csv");
});
afterEach(() => rmSync(folder, { recursive: true }));

function following(native: boolean): { readonly tail: CsvTail; readonly said: string[] } {
  const said: string[] = [];
  const tail = new CsvTail(file, native, {
    request: (atUs, durationMs) => said.push(`request ${atUs} ${durationMs}`),
    failedRequest: (atUs) => said.push(`failed ${atUs}`),
    failedCheck: (atUs) => said.push(`check ${atUs}`),
    started: (atUs) => said.push(`started ${atUs}`),
    dropped: (atUs, count) => said.push(`dropped ${atUs} ${count}`),
    scenarioStart: (atMs) => said.push(`scenario ${atMs}`),
  });
  return { tail, said };
}

test("every row of interest is told once and in order, and a user's own metrics are not taken for k6's", async () => {
  writeFileSync(file, `${HEADER}${ROWS.join("\n")}\n`);
  const { tail, said } = following(true);
  await tail.poll();
  await tail.close();
  expect(said).toEqual(EXPECTED);
});

test("iterations and checks of k6 are left out where perfbed's own script counts visits", async () => {
  writeFileSync(file, `${HEADER}${ROWS.join("\n")}\n`);
  const { tail, said } = following(false);
  await tail.poll();
  await tail.close();
  expect(said).toEqual(
    EXPECTED.filter((text) => text !== `started ${AT - 2500}` && !text.startsWith("check")),
  );
});

test("it makes no difference where k6's writes end, down to single letters", async () => {
  const { tail, said } = following(true);
  for (const letter of `${HEADER}${ROWS.join("\n")}\n`) {
    appendFileSync(file, letter);
    await tail.poll();
  }
  await tail.close();
  expect(said).toEqual(EXPECTED);
});

test("an unfinished last row is not told and is cut off the file", async () => {
  const whole = `${HEADER}${ROWS.slice(0, 2).join("\n")}\n`;
  writeFileSync(file, `${whole}http_req_duration,17954934835275`);
  const { tail, said } = following(true);
  await tail.poll();
  await tail.close();
  expect(said).toEqual([`request ${AT} 0.376585`]);
  expect(readFileSync(file, "utf8")).toBe(whole);
});
