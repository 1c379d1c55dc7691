import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderHtml, renderJson, renderMarkdown, writeReports } from "../../../report";
import { reproduceCommand } from "../../../report/reproduce";
import { reportFixture } from "../../support/report-fixture";

describe("writing reports", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perfbed-report-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("writes the three formats into a folder it makes, replaces former ones and leaves nothing else", async () => {
    const data = reportFixture();
    const target = join(folder, "a", "b");
    await writeReports(reportFixture({ kind: "invalid" }), target);
    const files = await writeReports(data, target);
    expect((await readdir(target)).sort()).toEqual(["report.html", "report.json", "report.md"]);
    expect(await readFile(files.html, "utf8")).toBe(renderHtml(data));
    expect(await readFile(files.json, "utf8")).toBe(renderJson(data));
    expect(await readFile(files.markdown, "utf8")).toBe(renderMarkdown(data));
  });

  it("names the folder and a way out when it cannot be written", async () => {
    const file = join(folder, "taken");
    await writeFile(file, "");
    await expect(writeReports(reportFixture(), join(file, "inside"))).rejects.toMatchObject({
      code: "PERFBED_REPORT_NOT_WRITTEN",
      exitCode: 5,
      message: expect.stringContaining("taken"),
    });
  });
});

describe("reproduce line", () => {
  it("is the command as it was given", () => {
    expect(reproduceCommand(reportFixture().manifest)).toBe("perfbed campaign -s spike --set peakRate=60");
  });

  it("is made from scenario, sizing and parameters, quoted, when no command was recorded", () => {
    const { command: _, ...manifest } = reportFixture().manifest;
    const scenario = { ...manifest.scenario, parameters: { peakRate: 60, greeting: "it's" } };
    expect(reproduceCommand({ ...manifest, scenario })).toBe(
      `perfbed campaign --scenario spike --sizing small --set peakRate=60 --set 'greeting=it'"'"'s'`,
    );
  });
});
