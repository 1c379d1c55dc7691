import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderLearned } from "../../../report/traffic/terminal";
import { learnTraffic } from "../../../traffic/learn";
import { scenarioText } from "../../../traffic/scenario/scenario-text";
import { DEFAULT_TRAFFIC_SETTINGS, type TrafficSettings } from "../../../traffic/settings";
import { BROWSER } from "./lines";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pb-private-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Everything in a log that may belong to somebody. */
const SECRETS = [
  "jane.doe",
  "jdoe@",
  "0049301234567",
  "s3cr3tT0k3nV4lue99",
  "f47ac10b-58cc-4372-a567-0e02b2c3d479",
  "9e107d9d372bb6826bd81d3542a419d6",
  "198.51.100.",
  "2001:db8:77:",
  "sessionid",
  "c00kieV4lue",
  "Firefox",
  "my-private-list",
  "grandma",
  "4711007",
];

function log(): string {
  const lines: string[] = [];
  const paths = [
    "/",
    "/users/jane.doe",
    "/users/jane.doe/orders/4711007",
    "/reset/s3cr3tT0k3nV4lue99",
    "/mail/jdoe@example.com",
    "/carts/f47ac10b-58cc-4372-a567-0e02b2c3d479",
    "/files/9e107d9d372bb6826bd81d3542a419d6.pdf",
    "/search?q=grandma&phone=0049301234567&page=2",
    "/login?email=jdoe@example.com&token=s3cr3tT0k3nV4lue99",
  ];
  for (let client = 0; client < 12; client++) {
    paths.forEach((path, index) => {
      const address = client % 2 === 0 ? `198.51.100.${client}` : `2001:db8:77::${client}`;
      lines.push(
        `${address} - jane.doe [10/Oct/2024:13:55:${String(index * 3).padStart(2, "0")} +0000] "GET ${path} HTTP/1.1" 200 1 "https://x.example/?q=grandma" "${BROWSER}" "sessionid=c00kieV4lue${client}"`,
      );
    });
  }
  lines.push(
    `198.51.100.1 - - [10/Oct/2024:13:56:00 +0000] "GET /my-private-list?grandma=1 HTTP/1.1" 200 1 "-" "${BROWSER}"`,
  );
  lines.push('198.51.100.9 - jane.doe [10/Oct/2024:13:5 "GET /users/jane.doe');
  return `${lines.join("\n")}\n`;
}

async function everythingWritten(settings: Partial<TrafficSettings>): Promise<string> {
  const file = join(folder, "access.log");
  await writeFile(file, log());
  const learned = await learnTraffic(
    [file],
    { ...DEFAULT_TRAFFIC_SETTINGS, ...settings },
    { progress: () => undefined },
  );
  return [
    JSON.stringify(learned.model),
    scenarioText(learned.model, "learned"),
    renderLearned(learned, [], { colour: false }),
    JSON.stringify(learned.malformed.first),
  ].join("\n");
}

describe("nothing personal is in what is written", () => {
  test("no name, address, agent, cookie, key, token, or value of a query, in any file or on the terminal", async () => {
    const text = await everythingWritten({});
    for (const secret of SECRETS)
      expect({ secret, found: text.includes(secret) }).toEqual({ secret, found: false });
    // What is left is what the pages are.
    for (const kept of [
      "/users/{userSlug}",
      "/users/{userSlug}/orders/{orderId}",
      "/reset/{resetToken}",
      "/search",
      "phone",
      "page",
    ]) {
      expect(text).toContain(kept);
    }
  });

  test("values that are kept on request are those of many clients, and no keys, mails or numbers", async () => {
    const text = await everythingWritten({ keepValues: true });
    // Asked for by all twelve clients: that is what --keep-values tells.
    expect(text).toContain("grandma");
    for (const secret of SECRETS.filter((name) => !["grandma", "jane.doe"].includes(name))) {
      expect({ secret, found: text.includes(secret) }).toEqual({ secret, found: false });
    }
  });
});
