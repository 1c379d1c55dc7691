import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../core/home";

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}
interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}
const generator: {
  createPolicy(root: string): Policy;
  policyText(root: string): string;
  splitPolicy(policy: Policy): readonly Policy[];
} = require("../../../scripts/aws-iam-policy.js");

const root = packageRoot();
const policy = generator.createPolicy(root);
const statement = (sid: string): Statement | undefined => policy.Statement.find(({ Sid }) => Sid === sid);

test("docs/aws-iam-policy.json is what the recorded calls and the sources make of it", () => {
  // Out of date? node scripts/aws-iam-policy.js
  expect(readFileSync(join(root, "docs/aws-iam-policy.json"), "utf8")).toBe(generator.policyText(root));
});

test("every action is named; only reading has wildcards", () => {
  const wild = policy.Statement.flatMap(({ Sid, Action }) => (Sid === "Look" ? [] : Action)).filter(
    (action) => action.includes("*"),
  );
  expect(wild).toEqual([]);
  expect(statement("Look")?.Action.filter((action) => !/:(Describe|Get|List|View)/.test(action))).toEqual([]);
});

test("roles are changed and handed over below perfbed's own path alone", () => {
  const ofIam = policy.Statement.filter(
    ({ Sid, Action }) => Sid !== "Look" && Action.some((one) => one.startsWith("iam:")),
  );
  expect(ofIam.map(({ Sid, Resource }) => [Sid, Resource])).toEqual([
    ["ChangeIam", ["arn:aws:iam::*:role/perfbed/*", "arn:aws:iam::*:instance-profile/perfbed/*"]],
    ["HandOverRoles", ["arn:aws:iam::*:role/perfbed/*"]],
    ["ServiceRoles", ["arn:aws:iam::*:role/aws-service-role/*"]],
  ]);
});

test("it fits into a role, and in two parts into managed policies", () => {
  expect(JSON.stringify(policy).length).toBeLessThanOrEqual(10_240);
  const parts = generator.splitPolicy(policy);
  expect(parts).toHaveLength(2);
  for (const part of parts) expect(JSON.stringify(part).length).toBeLessThanOrEqual(6_144);
  const sids = parts.flatMap(({ Statement }) => Statement.map(({ Sid }) => Sid));
  expect(sids.sort()).toEqual(policy.Statement.map(({ Sid }) => Sid).sort());
});
