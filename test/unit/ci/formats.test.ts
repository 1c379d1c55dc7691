import fc from "fast-check";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { VerdictKind } from "../../../analysis/model";
import { DEFAULT_POLICY } from "../../../core/policy";
import { escapeCommandProperty, escapeCommandValue, renderAnnotations } from "../../../report/annotations";
import { type Check, type CheckReport, checksOfRun } from "../../../report/checks";
import { renderJunit } from "../../../report/junit";
import { renderSarif } from "../../../report/sarif";
import { cleanText } from "../../../report/text";
import { escapeXml } from "../../../report/xml";
import { reportFixture } from "../../support/report-fixture";

const check = (outcome: VerdictKind, name = "P95 latency", text = "P95 is 1 ms."): Check => ({
  journey: "checkout",
  name,
  outcome,
  text,
});

function report(checks: readonly Check[], kind: VerdictKind = "pass"): CheckReport {
  const verdict = { kind, headline: "A headline.", reasons: ["A reason."], actions: ["Do this."] };
  return {
    application: "shop",
    version: "v1",
    scenario: "load",
    atUs: Date.UTC(2026, 0, 1) * 1000,
    durationSeconds: 60,
    perfbedVersion: "0.1.0",
    id: "c-1",
    verdict,
    checks: [{ journey: "(all)", name: "verdict", outcome: kind, text: "A headline." }, ...checks],
  };
}

const anyText = fc.string({ unit: "binary", maxLength: 60 });
const anyCheck = fc.record({
  journey: anyText,
  name: anyText,
  outcome: fc.constantFrom<VerdictKind>("pass", "regression", "inconclusive", "invalid"),
  text: anyText,
});

interface ParsedCase {
  readonly name: string;
  readonly classname: string;
  readonly failure?: unknown;
  readonly error?: unknown;
  readonly skipped?: unknown;
}

/** As a reader of JUnit sees it. */
function casesOf(xml: string): readonly ParsedCase[] {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseAttributeValue: false,
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
    isArray: (name) => name === "testcase",
  });
  return parser.parse(xml).testsuites.testsuite.testcase;
}

describe("checks of a run", () => {
  test("are the verdict first, then every objective with its journey, limit and figures", () => {
    const data = reportFixture();
    const checks = checksOfRun(data).checks;
    expect(checks[0]).toMatchObject({ name: "verdict", outcome: data.verdict.kind });
    expect(checks).toHaveLength(1 + data.slos.length);
    expect(checks[1]?.name).toMatch(/^P95 latency at most \d+ ms$/);
  });

  test("of an invalid measurement are all invalid, with a check for each reason", () => {
    const data = reportFixture();
    const checks = checksOfRun({
      ...data,
      verdict: { ...data.verdict, kind: "invalid" },
      validity: [
        {
          code: "missed-arrivals",
          severity: "invalid",
          text: "half was started",
          measured: 0.5,
          limit: 0.98,
        },
      ],
    }).checks;
    expect(checks.every(({ outcome }) => outcome === "invalid")).toBe(true);
    expect(checks[1]).toMatchObject({ name: "measurement: missed-arrivals", text: "half was started" });
  });
});

describe("JUnit", () => {
  test("has a failure for a regression, an error for an invalid measurement, and counts them", () => {
    const xml = renderJunit([
      report([check("pass"), check("regression"), check("invalid"), check("inconclusive")], "regression"),
    ]);
    expect(
      casesOf(xml).map((each) => ["failure", "error", "skipped"].find((name) => name in each) ?? "passed"),
    ).toEqual(["failure", "passed", "failure", "error", "failure"]);
    expect(xml).toContain('<testsuites name="perfbed" tests="5" failures="3" errors="1" skipped="0"');
  });

  test("skips what the policy does not fail on, and nothing else", () => {
    const checks = [check("inconclusive"), check("invalid"), check("regression")];
    const xml = renderJunit([report(checks, "regression")], { inconclusive: "warn", invalid: "pass" });
    expect(xml).toContain('failures="2" errors="0" skipped="2"');
    expect(xml).toContain('<skipped message="inconclusive: P95 is 1 ms."/>');
  });

  test("is never all green when the verdict is not a pass", () => {
    for (const kind of ["regression", "inconclusive", "invalid"] as const) {
      expect(renderJunit([report([check("pass")], kind)])).toMatch(
        /failures="1" errors="0"|failures="0" errors="1"/,
      );
    }
  });

  test("is well-formed and gives back every name and text, whatever they hold", () => {
    fc.assert(
      fc.property(fc.array(anyCheck, { minLength: 1, maxLength: 5 }), (checks) => {
        const xml = renderJunit([report(checks)]);
        expect(XMLValidator.validate(xml)).toBe(true);
        // Of the characters that XML 1.0 cannot hold, none is there.
        expect(xml).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
        const cases = casesOf(xml);
        expect(cases.map(({ name }) => name)).toEqual([
          "verdict",
          ...checks.map(({ name }) => cleanText(name)),
        ]);
      }),
      { numRuns: 300 },
    );
  });

  test("escapes so that no text ends its element or its attribute", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(escapeXml(text)).not.toMatch(/[<>"'\n\r\t]|&(?!(?:amp|lt|gt|quot|apos|#9|#10|#13);)/);
      }),
    );
    expect(escapeXml(`]]>"'&\n`)).toBe("]]&gt;&quot;&apos;&amp;&#10;");
  });
});

describe("GitHub annotations", () => {
  /** As the runner reads a workflow command. */
  function parse(line: string): { level: string; title: string; message: string } {
    const [, level = "", title = "", message = ""] =
      /^::(error|warning|notice) title=(.*?)::(.*)$/.exec(line) ?? [];
    const decoded = (text: string): string =>
      text
        .replaceAll("%0D", "\r")
        .replaceAll("%0A", "\n")
        .replaceAll("%3A", ":")
        .replaceAll("%2C", ",")
        .replaceAll("%25", "%");
    return { level, title: decoded(title), message: decoded(message) };
  }

  test("are an error for what fails, a warning for what the policy warns of, worst first", () => {
    const lines = renderAnnotations(
      [report([check("inconclusive"), check("pass"), check("regression")], "regression")],
      { inconclusive: "warn", invalid: "fail" },
    ).trimEnd();
    expect(
      lines
        .split("\n")
        .map((line) => parse(line))
        .map(({ level, title }) => `${level} ${title}`),
    ).toEqual([
      "error perfbed shop load: verdict",
      "error perfbed shop load: checkout, P95 latency",
      "warning perfbed shop load: checkout, P95 latency",
    ]);
  });

  test("say that a pass passed, and nothing more", () => {
    expect(renderAnnotations([report([check("pass")])])).toBe(
      "::notice title=perfbed shop load%3A verdict::pass: A headline.\n",
    );
  });

  test("are at most ten of a level, since GitHub drops the rest, and say how many there are more", () => {
    const many = Array.from({ length: 30 }, (_, index) => check("regression", `figure ${index}`));
    const lines = renderAnnotations([report(many, "regression")])
      .trimEnd()
      .split("\n");
    expect(lines).toHaveLength(10);
    expect(parse(lines[9] ?? "")).toMatchObject({ level: "error", message: "22 more are in the report." });
  });

  test("are one line each and read back unchanged, whatever names and texts hold: no text can forge a command", () => {
    fc.assert(
      fc.property(anyCheck, (each) => {
        const output = renderAnnotations([report([{ ...each, outcome: "regression" }])]).trimEnd();
        const lines = output.split(/\r\n|\r|\n/);
        expect(lines).toHaveLength(2);
        for (const line of lines) expect(line).toMatch(/^::(error|notice) title=[^:,]*::/);
        expect(parse(lines[0] ?? "").message).toBe(`regression: ${cleanText(each.text)}`);
      }),
      { numRuns: 300 },
    );
    expect(escapeCommandValue("100 %\r\n::set-output x::y")).toBe("100 %25%0D%0A::set-output x::y");
    expect(escapeCommandProperty("a:b,c")).toBe("a%3Ab%2Cc");
  });
});

describe("SARIF", () => {
  test("has a result for each check that is not a pass, with rule, level, place and a fingerprint", () => {
    const checks = [check("pass"), check("regression"), check("inconclusive"), check("invalid")];
    const log = JSON.parse(renderSarif([report(checks, "regression")], { file: "perf/perfbed.config.yaml" }));
    expect(log.version).toBe("2.1.0");
    const [run] = log.runs;
    expect(run.results).toHaveLength(4);
    for (const result of run.results) {
      expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
      expect(result.level).toBe("error");
      expect(result.locations[0].physicalLocation.artifactLocation.uri).toBe("perf/perfbed.config.yaml");
    }
    expect(run.results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual([
      "perfbed/regression",
      "perfbed/regression",
      "perfbed/inconclusive",
      "perfbed/invalid-measurement",
    ]);
  });

  test("follows a finding over figures that change, and tells two findings apart", () => {
    const prints = (checks: readonly Check[]): readonly string[] =>
      JSON.parse(renderSarif([report(checks)])).runs[0].results.map(
        (result: { partialFingerprints: Record<string, string> }) =>
          result.partialFingerprints["perfbedCheck/v1"],
      );
    const [first] = prints([check("regression", "P95", "is 1 ms")]);
    expect(prints([check("regression", "P95", "is 2 ms")])).toEqual([first]);
    expect(prints([check("regression", "P99", "is 1 ms")])).not.toEqual([first]);
  });

  test("softens only what the policy softens", () => {
    const checks = [check("inconclusive"), check("regression")];
    const log = JSON.parse(
      renderSarif([report(checks)], { policy: { ...DEFAULT_POLICY, inconclusive: "warn" } }),
    );
    expect(log.runs[0].results.map(({ level }: { level: string }) => level)).toEqual(["warning", "error"]);
  });
});
