import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { EnvironmentError, type Problem } from "../../core/errors";
import type { TierArgs, TierFactory } from "../contracts";
import { formatRegions, REGIONS_TAG } from "../tagging";
import { awsApmProblems } from "./apm/problems";
import { AwsApp } from "./app";
import { AwsCache } from "./cache";
import type { AwsContext, AwsGround } from "./context";
import { AwsDatabase } from "./database";
import { AwsEdge } from "./edge";
import { AwsFleet } from "./fleet";
import { environmentRegions } from "./fleet/regions";
import { AwsFoundation } from "./foundation";
import { roleBoundary } from "./guard/boundary";
import { defaultSweeperCode } from "./guard/expiry";
import { regionalProvider } from "./provider";
import { type AwsSettingsInput, awsSettings } from "./settings";
import { nameProblems, problem } from "./settings-checks";
import { validateAwsSettings } from "./settings-validation";

export * from "./settings";
export { awsSizings } from "./sizings";

export interface AwsTiersOptions {
  /** The region, and whatever shall differ from the defaults; see `awsSettings`. */
  readonly settings: AwsSettingsInput;
  /** Folder with the compiled code of the function that ends the environment at its expiry. @default the one of this package */
  readonly sweeperCode?: string;
  /** Providers of further regions of the fleet (`fleet.regions`), by region. @default one is made for each, like the environment's own */
  readonly providers?: Readonly<Record<string, Provider>>;
}

/** A guard without its function would be found out by AWS, after an hour or at the first expiry. */
function sweeperProblems(folder: string): Problem[] {
  if (existsSync(join(folder, "index.js"))) return [];
  const hint = `There is no code in ${folder}; \`npm run build\` makes it.`;
  return [
    problem("aws.guard.expiryTeardown", true, "false without the function that ends the environment", hint),
  ];
}

/**
 * Every tier on AWS. Settings are checked together with sizing and application before anything is created (`TierFactory.problems`).
 *
 * The environment has a provider of its own, of the region in the settings: that of the stack (`aws:region`) may be another, and one program
 * may have environments in several. What the stack's configuration says of AWS beside the region holds for it as well.
 */
export function createAwsTiers(options: AwsTiersOptions): TierFactory {
  const settings = awsSettings(options.settings);
  const { sweeperCode = defaultSweeperCode() } = options;
  let standing: { readonly ground: AwsGround; readonly provider: Provider } | undefined;
  const found = (): NonNullable<typeof standing> => {
    if (standing !== undefined) return standing;
    throw new EnvironmentError(
      "PERFBED_AWS_ORDER",
      "a tier was to be made before the foundation of its environment",
    );
  };
  const { providers } = options;
  const context: AwsContext = {
    settings,
    ground: () => found().ground,
    ...(providers === undefined ? {} : { providers }),
  };
  const regions = environmentRegions(settings);
  /** Of an environment in several regions everything says which: whoever finds one thing of it can find the others. */
  const placed = <Args extends TierArgs>(args: Args): Args => {
    if (regions.length === 1) return args;
    const { environment } = args;
    const tags = { ...environment.tags, [REGIONS_TAG]: formatRegions(regions) };
    return { ...args, environment: { ...environment, tags } };
  };
  const bounded = roleBoundary(settings.guard);
  const inRegion = (opts: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions =>
    pulumi.mergeOptions(opts, { providers: [found().provider], ...bounded });
  return {
    problems: ({ environment, sizing, application, apm }) => [
      ...nameProblems(environment),
      ...validateAwsSettings(settings, sizing, application),
      ...(settings.guard.expiryTeardown ? sweeperProblems(sweeperCode) : []),
      ...awsApmProblems(apm, settings),
    ],
    foundation: (name, args, opts) => {
      const { parent } = opts;
      const provider = regionalProvider(
        `${name}-provider`,
        settings.region,
        parent === undefined ? {} : { parent },
      );
      const foundation = new AwsFoundation(
        name,
        { ...placed(args), sweeperCode },
        context,
        pulumi.mergeOptions(opts, { providers: [provider], ...bounded }),
      );
      standing = { ground: foundation.ground, provider };
      return foundation;
    },
    database: (name, args, opts) => new AwsDatabase(name, placed(args), context, inRegion(opts)),
    cache: (name, args, opts) => new AwsCache(name, placed(args), context, inRegion(opts)),
    app: (name, args, opts) => new AwsApp(name, placed(args), context, inRegion(opts)),
    edge: (name, args, opts) => new AwsEdge(name, placed(args), context, inRegion(opts)),
    fleet: (name, args, opts) => new AwsFleet(name, placed(args), context, inRegion(opts)),
  };
}
