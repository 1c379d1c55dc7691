import { renderHtml } from "../../../report/html/page";
import { reportFixture } from "../../support/report-fixture";
import {
  emptyFixture,
  extremeFixture,
  HOSTILE,
  hostileFixture,
} from "../../support/report-fixture-edge-cases";

const text = (page: string): string =>
  page
    .replace(/<style>[\s\S]*?<\/style>/, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

describe("html report", () => {
  it("is the same page for the same data", () => {
    expect(renderHtml(reportFixture())).toBe(renderHtml(reportFixture()));
  });

  it("loads nothing and runs nothing: no script, no address, a policy that forbids both", () => {
    const page = renderHtml(reportFixture());
    expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[\w+/=]+'/);
    expect(page).not.toMatch(/<script|<iframe|<object|@import|url\(|\son\w+=|\sstyle=/);
    expect(page.match(/(?:src|href)="(?!#|data:,")[^"]*"/g)).toBeNull();
  });

  it("shows hostile text as text, everywhere it occurs", () => {
    const page = renderHtml(hostileFixture());
    expect(page).not.toContain("<script");
    expect(page).not.toContain("<img");
    expect(page).not.toContain("\u001b");
    expect(page).not.toContain("\u202e");
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page.match(/<\/title>/g)?.length).toBe(page.match(/<title/g)?.length);
    expect(HOSTILE).toContain("<script>");
    expect(page).toContain("&lt;script&gt;window.hacked=1");
  });

  it.each([
    ["pass", reportFixture()],
    ["empty", emptyFixture()],
    ["extreme", extremeFixture()],
    ["hostile", hostileFixture()],
  ])("prints no NaN, undefined, Infinity or object: %s data", (_, data) => {
    expect(renderHtml(data)).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it("shows where requests came from only when it was more than one region", () => {
    const data = reportFixture();
    const { manifest, overall } = data;
    const regions = [
      { region: "eu-west-1", generators: ["generator-1"], ...overall },
      { region: "us-east-2", generators: ["generator-2", "generator-3"], ...overall, requests: 4711 },
    ];
    const generators = manifest.generators.map((one) => ({ ...one, place: "us-east-2/i-0abc" }));
    const page = text(renderHtml({ ...data, regions, manifest: { ...manifest, generators } }));
    expect(page).toContain("By region of the generators");
    expect(page).toMatch(/us-east-2 2 generators 4\s711 /);
    expect(page).toContain("us-east-2/i-0abc");
    expect(text(renderHtml(data))).not.toMatch(/By region|Place/);
  });

  it("gives every id once and every chart a name and a description that exist", () => {
    for (const data of [reportFixture(), extremeFixture(), hostileFixture()]) {
      const page = renderHtml(data);
      const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const charts = [...page.matchAll(/role="img"[^>]*aria-labelledby="([^"]+)"/g)];
      expect(charts.length).toBeGreaterThan(5);
      for (const [, names] of charts) for (const id of (names ?? "").split(" ")) expect(ids).toContain(id);
    }
  });

  it("says “not enough data” where a percentile has too few requests, never 0 and never blank", () => {
    const page = renderHtml(reportFixture({ kind: "inconclusive" }));
    expect(text(page)).toContain("not enough data");
    expect(page).not.toMatch(/<td class="number[^"]*"[^>]*>\s*<\/td>/);
  });

  it("says “failed requests” where a percentile falls among them", () => {
    const data = reportFixture();
    const failing = data.journeys.map((journey) => ({
      ...journey,
      quantiles: journey.quantiles.map((estimate) => ({
        ...estimate,
        valueMs: null,
        missing: "failed-requests" as const,
      })),
    }));
    expect(text(renderHtml({ ...data, journeys: failing }))).toContain("failed requests failed requests");
  });

  it("marks every figure of an invalid run as not to be believed and judges no objective", () => {
    const page = renderHtml(reportFixture({ kind: "invalid" }));
    expect(page).toContain('<body class="untrusted">');
    expect(text(page)).toContain("Do not use these numbers.");
    expect(text(page)).toContain("not judged");
    expect(page).not.toMatch(/class="badge good"[^>]*>(?:(?!<\/span>)[\s\S])*met/);
  });

  it("says plainly that the environment still stands, that teardown is not proved, that a run was cut short", () => {
    expect(text(renderHtml(emptyFixture()))).toContain("still stands: nothing has been torn down yet");
    expect(text(renderHtml(hostileFixture()))).toContain("Teardown is not proved");
    const cut = reportFixture();
    const aborted = { ...cut, manifest: { ...cut.manifest, aborted: "half of all requests failed" } };
    expect(text(renderHtml(aborted))).toContain("The run was cut short: half of all requests failed");
  });

  it("puts broken objectives first and folds a long list of met ones", () => {
    const page = renderHtml(reportFixture({ kind: "regression" }));
    const objectives = [...page.matchAll(/<\/svg> (broken|met)<\/span>/g)].map(([, word]) => word);
    expect(objectives).toEqual(["broken", "broken", "met", "met", "met", "met"]);
    expect(text(renderHtml(extremeFixture()))).toContain("8 more objectives, all met");
  });

  it("draws 600 slices and 20 journeys in a page of less than 1 MB", () => {
    expect(renderHtml(extremeFixture()).length).toBeLessThan(1_000_000);
  });
});
