import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { renderHtml } from "../../report";
import type { ReportData } from "../../report/model";
import { launchChromium } from "../support/chromium";
import {
  bottomOf,
  COLLIDING_LABELS,
  LOW_CONTRAST,
  linesOf,
  NAMELESS_DRAWINGS,
  OPEN_ALL,
  SIDEWAYS,
} from "../support/page-probes";
import { reportFixture } from "../support/report-fixture";
import { emptyFixture, extremeFixture, hostileFixture } from "../support/report-fixture-edge-cases";

const FIXTURES: Readonly<Record<string, ReportData>> = {
  pass: reportFixture({ kind: "pass" }),
  regression: reportFixture({ kind: "regression" }),
  inconclusive: reportFixture({ kind: "inconclusive" }),
  invalid: reportFixture({ kind: "invalid" }),
  empty: emptyFixture(),
  extreme: extremeFixture(),
  hostile: hostileFixture({ kind: "regression" }),
};
const NAMES = Object.keys(FIXTURES);
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

interface View {
  readonly width: number;
  readonly height: number;
}

describe("report in a browser", () => {
  let browser: Browser;
  let folder = "";
  let context: BrowserContext | undefined;
  let complaints: string[] = [];
  let requests: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    folder = await mkdtemp(join(tmpdir(), "perfbed-browser-"));
    for (const [name, data] of Object.entries(FIXTURES))
      await writeFile(join(folder, `${name}.html`), renderHtml(data));
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    await context?.close();
    context = undefined;
  });

  async function open(name: string, view: View, colorScheme: "light" | "dark" = "light"): Promise<Page> {
    complaints = [];
    requests = [];
    context = await browser.newContext({ viewport: view, colorScheme });
    const page = await context.newPage();
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href, { waitUntil: "load" });
    return page;
  }

  const cases = NAMES.flatMap((name) => [[name, DESK] as const, [name, PHONE] as const]);

  it.each(cases)(
    "%s at %j: never scrolls sideways, folded or opened, asks the network for nothing and logs nothing",
    async (name, view) => {
      const page = await open(name, view);
      expect(await page.evaluate<number>(SIDEWAYS)).toBeLessThanOrEqual(0);
      await page.evaluate(OPEN_ALL);
      expect(await page.evaluate<number>(SIDEWAYS)).toBeLessThanOrEqual(0);
      expect(requests.filter((url) => !url.endsWith(`/${name}.html`) && !url.startsWith("data:"))).toEqual(
        [],
      );
      expect(complaints).toEqual([]);
    },
  );

  it.each(["pass", "regression", "inconclusive", "invalid"])(
    "%s: verdict, next steps, key figures and objectives are on the first screen of a desk",
    async (name) => {
      const page = await open(name, DESK);
      for (const selector of ["h1", ".headline", ".next", ".figures", "table.objectives"])
        expect(await page.evaluate<number>(bottomOf(selector))).toBeLessThanOrEqual(DESK.height);
      const heading = await page.getByRole("heading", { level: 1 }).textContent();
      expect(heading?.toLowerCase()).toContain(`verdict: ${name}`);
    },
  );

  it("the verdict and its headline are on the first screen of a phone", async () => {
    const page = await open("regression", PHONE);
    expect(await page.evaluate<number>(bottomOf(".headline"))).toBeLessThan(PHONE.height / 2);
  });

  it("a journey's name in the objectives takes one line on a phone", async () => {
    const page = await open("invalid", PHONE);
    const lines = await page.evaluate<number[]>(linesOf("table.objectives tbody th"));
    expect(new Set(lines)).toEqual(new Set([1]));
  });

  it.each(NAMES)("%s: every drawing has a name and a description, or is decoration", async (name) => {
    const page = await open(name, DESK);
    expect(await page.evaluate<string[]>(NAMELESS_DRAWINGS)).toEqual([]);
  });

  it("charts reach the accessibility tree as named images", async () => {
    const page = await open("pass", DESK);
    for (const chart of [
      "Arrivals and requests",
      "Latency per second",
      "Instances in service",
      "Scale-out lag",
    ])
      expect(await page.getByRole("img", { name: chart }).count()).toBeGreaterThanOrEqual(1);
  });

  it.each(
    (["light", "dark"] as const).flatMap((scheme) =>
      ["pass", "regression", "inconclusive", "invalid", "empty"].map((name) => [name, scheme] as const),
    ),
  )("%s in %s: every text keeps a contrast of 4.5 to 1", async (name, scheme) => {
    const page = await open(name, DESK, scheme);
    await page.evaluate(OPEN_ALL);
    expect(await page.evaluate<unknown[]>(LOW_CONTRAST)).toEqual([]);
  });

  it("the contrast check itself finds a text that is too pale", async () => {
    const page = await open("pass", DESK);
    await page.evaluate(`document.querySelector(".lead").style.color = "rgb(200, 200, 200)"`);
    expect(await page.evaluate<unknown[]>(LOW_CONTRAST)).toHaveLength(1);
  });

  it("follows the reader's colour scheme", async () => {
    const background = `getComputedStyle(document.body).backgroundColor`;
    const light = await (await open("pass", DESK, "light")).evaluate<string>(background);
    await context?.close();
    const dark = await (await open("pass", DESK, "dark")).evaluate<string>(background);
    expect(light).toBe("rgb(251, 251, 249)");
    expect(dark).toBe("rgb(19, 22, 25)");
  });

  it.each(
    ["pass", "regression", "invalid", "extreme"].flatMap((name) => [
      [name, DESK] as const,
      [name, PHONE] as const,
    ]),
  )("%s at %j: no label of a chart covers another one or leaves the page", async (name, view) => {
    const page = await open(name, view);
    await page.evaluate(OPEN_ALL);
    expect(await page.evaluate<string[]>(COLLIDING_LABELS)).toEqual([]);
  });

  it("hostile names neither run nor add an element, and are readable as they are", async () => {
    const page = await open("hostile", DESK);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.evaluate<number>(`document.querySelectorAll("script, img, iframe").length`)).toBe(0);
    expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
    expect(await page.locator(".headline").textContent()).toContain("<script>window.hacked=1</script>");
  });

  it("the page's own policy stops a script even if one got in", async () => {
    const page = await open("pass", DESK);
    await page.evaluate(
      `document.body.appendChild(Object.assign(document.createElement("script"), { textContent: "window.hacked = 1" }))`,
    );
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(complaints.join(" ")).toContain("Content Security Policy");
  });

  it("steps of a journey open on click and line up with its columns", async () => {
    const page = await open("pass", DESK);
    const rights = `[...document.querySelectorAll("#journeys tbody tr")].filter((row) => row.cells.length === 11 && row.parentElement.tagName === "TBODY" && row.checkVisibility()).map((row) => Math.round(row.cells[7].getBoundingClientRect().right))`;
    const before = await page.evaluate<number[]>(rights);
    await page.locator("#journeys summary").first().click();
    const after = await page.evaluate<number[]>(rights);
    expect(before).toHaveLength(5);
    expect(after).toHaveLength(8);
    expect(new Set(after).size).toBe(1);
  });

  it.each(["pass", "invalid"])(
    "%s prints dark on white, without navigation and without cutting off tables",
    async (name) => {
      const page = await open(name, { width: 720, height: 1000 }, "dark");
      await page.emulateMedia({ media: "print" });
      expect(await page.locator("nav").isVisible()).toBe(false);
      expect(await page.evaluate<number>(SIDEWAYS)).toBeLessThanOrEqual(0);
      expect(await page.evaluate<unknown[]>(LOW_CONTRAST)).toEqual([]);
      const pdf = await page.pdf({ format: "A4" });
      expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    },
  );
});
