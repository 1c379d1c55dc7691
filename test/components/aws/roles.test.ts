import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../../core/home";
import { apmFrom, apmSchema } from "../../../stacks/apm-schema";
import { iam } from "../../support/iam-actions";
import { EVERY_PART } from "./every-part";
import type { Registration } from "./mocks";
import { recordEnvironment } from "./whole-environment";

/** Roles of whole environments, held against the policies that are published in docs. */

const BOUNDARY = "arn:aws:iam::123456789012:policy/perfbed-boundary";

let folder: string;
let resources: readonly Registration[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pb-roles-"));
  writeFileSync(join(folder, "index.js"), "");
  const list = [
    { kind: "opentelemetry", endpoint: "https://otlp.example.com" },
    { kind: "cloudwatch" },
    { kind: "xray" },
  ];
  const apm = apmFrom(apmSchema.parse(list));
  if (apm === undefined) throw new Error("no agents");
  resources = [
    ...(await recordEnvironment(EVERY_PART.servers, folder, { apm })),
    ...(await recordEnvironment(EVERY_PART.managed, folder, { apm })),
  ];
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const inputsOfType = (type: string, among = resources): Record<string, unknown>[] =>
  among.filter((one) => one.type === type).map(({ inputs }) => inputs);

interface Policy {
  readonly Statement: readonly {
    readonly Sid?: string;
    readonly Action: string | readonly string[];
    readonly Condition?: unknown;
  }[];
}
const published = (file: string): Policy =>
  JSON.parse(readFileSync(join(packageRoot(), "docs", file), "utf8"));
const actionsOf = ({ Statement }: Policy): string[] => Statement.flatMap(({ Action }) => Action);

test("roles are given those of AWS's own policies that the published policy lets be attached, and all of them", () => {
  const attached = inputsOfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment");
  const { Statement } = published("aws-iam-policy.json");
  expect(Statement.find(({ Sid }) => Sid === "AttachPolicies")?.Condition).toEqual({
    ArnEquals: { "iam:PolicyARN": [...new Set(attached.map(({ policyArn }) => policyArn))].sort() },
  });
});

test("roles have the permissions boundary of the settings, every one of them, and none without", async () => {
  const { servers, managed } = EVERY_PART;
  const guard = { ...servers.guard, permissionsBoundaryArn: BOUNDARY };
  const bounded = [
    ...(await recordEnvironment({ ...servers, guard }, folder)),
    ...(await recordEnvironment({ ...managed, guard }, folder)),
  ];
  const boundaries = inputsOfType("aws:iam/role:Role", bounded).map(
    ({ permissionsBoundary }) => permissionsBoundary,
  );
  expect(boundaries.length).toBeGreaterThan(10);
  expect(new Set(boundaries)).toEqual(new Set([BOUNDARY]));
  const free = inputsOfType("aws:iam/role:Role").map(({ permissionsBoundary }) => permissionsBoundary);
  expect(new Set(free)).toEqual(new Set([undefined]));
});

test("the published boundary has every action that a role's own policy has", () => {
  const policies = inputsOfType("aws:iam/rolePolicy:RolePolicy").map(
    ({ policy }): Policy => JSON.parse(String(policy)),
  );
  const asked = new Set(policies.flatMap(actionsOf));
  const bounds = actionsOf(published("aws-permissions-boundary.json"));
  expect(asked.size).toBeGreaterThan(80);
  expect([...asked].filter((action) => !bounds.some((one) => iam.covers(one, action)))).toEqual([]);
});

test("within the published boundary no role makes roles, gives permissions or lifts the boundary; it is one managed policy", () => {
  const boundary = published("aws-permissions-boundary.json");
  const ofIam = actionsOf(boundary).filter((action) => action.startsWith("iam:"));
  expect(ofIam.filter((action) => !/:(Get|List|Delete|Detach|Remove)/.test(action))).toEqual([]);
  expect(ofIam.filter((action) => action.includes("Boundary") || action.includes("*"))).toEqual([]);
  expect(JSON.stringify(boundary).length).toBeLessThanOrEqual(6_144);
});
