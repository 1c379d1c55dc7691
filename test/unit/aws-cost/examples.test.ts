import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CostEstimate, estimateHourlyCost } from "../../../components/aws/cost";
import { awsSettings } from "../../../components/aws/settings";
import { packageRoot } from "../../../core/home";
import { campaignEnvironment, type RawConfig, type StackEnvironment } from "../../../stacks/config";
import { releaseCandidateEnvironment } from "../../../stacks/release-candidate/config";
import { sizingEnvironments } from "../../../stacks/sizing/config";
import type { StackContext } from "../../../stacks/stack-context";
import { EXAMPLE_SIZES, readExample } from "../../support/stack-examples";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "pb-examples-"));
  // What is tested has no part in the cost, and the sample would need compiled code.
  writeFileSync(join(directory, "app.yaml"), JSON.stringify({ name: "shop", command: ["node", "x.js"] }));
});
afterAll(() => rmSync(directory, { recursive: true }));

type Reader = (raw: RawConfig, context: StackContext) => readonly StackEnvironment[];

const READERS: Readonly<Record<string, Reader>> = {
  campaign: (raw, context) => [campaignEnvironment(raw, context).environments],
  "release-candidate": (raw, context) => [releaseCandidateEnvironment(raw, context).environments],
  sizing: (raw, context) => [...sizingEnvironments(raw, context).environments.values()],
};

/** Of each environment of an example. */
function estimates(stack: string, size: string): readonly CostEstimate[] {
  const { region, raw } = readExample(stack, size);
  const context: StackContext = {
    organization: "organization",
    project: `perfbed-${stack}`,
    stack: size,
    user: "ada",
    directory,
    now: new Date("2030-01-01T00:00:00Z"),
    region,
  };
  const environments = READERS[stack]?.({ ...raw, application: "app.yaml" }, context) ?? [];
  return environments.map(({ args, aws }) => {
    if (aws === undefined) throw new Error(`${stack} ${size} is not for AWS`);
    return estimateHourlyCost(args.sizing, awsSettings(aws));
  });
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

test("docs/aws-cost.md has the price of every example of the stacks, and every price is known", () => {
  const rows = Object.keys(READERS).flatMap((stack) =>
    EXAMPLE_SIZES.map((size) => {
      const all = estimates(stack, size);
      expect(all.flatMap(({ unknown }) => unknown)).toEqual([]);
      const dollars = (bound: "minUsd" | "maxUsd"): string =>
        all.reduce((sum, estimate) => sum + estimate[bound], 0).toFixed(2);
      return row([`\`${stack}\``, `\`${size}\``, String(all.length), dollars("minUsd"), dollars("maxUsd")]);
    }),
  );
  const shown = readFileSync(join(packageRoot(), "docs/aws-cost.md"), "utf8")
    .split("\n")
    .filter((line) => Object.keys(READERS).some((stack) => line.startsWith(`| \`${stack}\``)))
    .map((line) =>
      row(
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
    );
  expect(shown.join("\n")).toBe(rows.join("\n"));
});
