import type {
  PolicyResource,
  PolicyResourceOptions,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { type AwsSettingsInput, awsSizings, createAwsTiers } from "../../../components/aws";
import { type Sizing, Target } from "../../../components/contracts";
import { PerformanceEnvironment } from "../../../components/environment";
import { policies } from "../../../policy/policies";
import { APPLICATION, environmentArgs } from "../support";
import { keyOf, type Registration, recordResources } from "./mocks";

export type Size = "small" | "medium" | "large";

/**
 * What environments of these settings ask for, all in one program; each is named after its place.
 * @param folder any: the application's, and the function's
 */
export async function environments(
  folder: string,
  size: Size,
  ...settings: readonly Partial<AwsSettingsInput>[]
): Promise<readonly Registration[]> {
  const { setup: _, ...application } = APPLICATION;
  const sizing: Sizing = awsSizings[size];
  const { registrations } = await recordResources(() => {
    settings.forEach((one, index) => {
      const tiers = createAwsTiers({ settings: { region: "us-east-1", ...one }, sweeperCode: folder });
      new PerformanceEnvironment(
        `environment-${index + 1}`,
        environmentArgs({
          target: Target.Aws,
          sizing,
          application: { ...application, workingDirectory: folder },
        }),
        { [Target.Aws]: tiers },
      );
    });
  });
  return registrations;
}

const OPTIONS: PolicyResourceOptions = {
  protect: false,
  ignoreChanges: [],
  aliases: [],
  customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
  additionalSecretOutputs: [],
};

const notApplicable = (): never => {
  throw new Error("not applicable");
};

export type Planted = Pick<Registration, "type" | "name" | "inputs">;

const urnOf = ({ type, name }: Planted): string => `urn:pulumi:test::perfbed::${type}::${name}`;

const resourcePolicies = policies.filter(
  (policy): policy is ResourceValidationPolicy => "validateResource" in policy,
);

/** Every violation of the policies that look at one resource, as `policy: message`. */
export async function violations(
  resources: readonly Planted[],
  config: Readonly<Record<string, unknown>> = { maxVcpus: 16 },
): Promise<string[]> {
  const found: string[] = [];
  for (const { name: policy, validateResource } of resourcePolicies) {
    for (const validate of [validateResource ?? []].flat()) {
      for (const resource of resources) {
        await validate(
          {
            type: resource.type,
            name: resource.name,
            props: resource.inputs,
            urn: urnOf(resource),
            opts: OPTIONS,
            stackTags: new Map(),
            isType: () => false,
            asType: () => undefined,
            getConfig: <T extends object>() => config as T,
            notApplicable,
          },
          (message) => found.push(`${policy}: ${message}`),
        );
      }
    }
  }
  return found;
}

/** A resource of a stack, with what it refers to by `<type>::<name>`. */
export type PlantedInStack = Planted & Partial<Pick<Registration, "refersTo" | "provider">>;

/** As the engine would hand the stack over: with what properties refer to, and with providers. */
export function asStack(planted: readonly PlantedInStack[]): PolicyResource[] {
  const resources = planted.map(
    (one): PolicyResource => ({
      type: one.type,
      name: one.name,
      props: one.inputs,
      urn: urnOf(one),
      opts: OPTIONS,
      dependencies: [],
      propertyDependencies: {},
      isType: () => false,
      asType: () => undefined,
    }),
  );
  const byKey = new Map(resources.map((one) => [keyOf(one), one]));
  for (const one of planted) {
    const resource = byKey.get(keyOf(one));
    if (resource === undefined) continue;
    resource.propertyDependencies.any = (one.refersTo ?? []).flatMap((key) => byKey.get(key) ?? []);
    const provider = byKey.get(`pulumi:providers:aws::${one.provider}`);
    if (provider !== undefined) resource.provider = provider;
  }
  return resources;
}

/** Every violation of one of the policies that look at a whole stack. */
export async function stackViolations(
  policy: "cost-ceiling" | "open-web-ports",
  resources: PolicyResource[],
  config: Readonly<Record<string, unknown>> = {},
): Promise<string[]> {
  const found: string[] = [];
  const stackPolicy = policies.find(
    (one): one is StackValidationPolicy => "validateStack" in one && one.name === policy,
  );
  if (stackPolicy === undefined) throw new Error(`there is no policy ${policy}`);
  await stackPolicy.validateStack(
    {
      resources,
      stackTags: new Map(),
      getConfig: <T extends object>() => config as T,
      notApplicable,
    },
    (message) => found.push(message),
  );
  return found;
}
