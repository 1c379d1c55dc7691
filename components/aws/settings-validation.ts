import { ConfigError, type Problem } from "../../core/errors";
import type { Application, EnvironmentIdentity, Sizing } from "../contracts";
import { appProblems } from "./app/problems";
import { cacheProblems } from "./cache/validation";
import { costProblems, estimateHourlyCost, LIST_PRICES, loadPrices } from "./cost";
import { databaseProblems } from "./database/validation";
import { fleetProblems, generatorCountProblems } from "./fleet/problems";
import { guardProblems } from "./guard/problems";
import { networkProblems, REGION } from "./network/problems";
import {
  AppFlavour,
  type AppSettings,
  type AwsSettings,
  CacheFlavour,
  CpuArchitecture,
  DatabaseEngine,
  type DatabaseSettings,
  EdgePriceClass,
  FleetFlavour,
  type FleetSettings,
} from "./settings";
import { choice, inRange, matches, unique } from "./settings-checks";

const INSTANCE_TYPE = { pattern: /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, allowed: "a type like c7g.large" };
const IMAGE = {
  pattern: /^[\w.-]+(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@[\w+.-]+:[0-9a-f]+)?$/,
  allowed: "a container image's address",
};
/** Amazon Linux 2023 needs 8. */
const VOLUME_GIB = { min: 8, max: 16_384 };
const INSTANCES = { min: 0, max: 100 };

/** `shop.example.com`, or `*.example.com` for everything below; no scheme, no port, no address. */
const HOST = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/i;

function appSettingsProblems(app: AppSettings): Problem[] {
  const field = (name: string): string => `aws.app.${name}`;
  const { instanceType, imageId, containerImage } = app;
  return [
    ...inRange(field("port"), app.port, { min: 1, max: 65_535 }),
    ...inRange(field("volumeGiB"), app.volumeGiB, VOLUME_GIB),
    ...(instanceType === undefined ? [] : matches(field("instanceType"), instanceType, INSTANCE_TYPE)),
    ...(containerImage === undefined ? [] : matches(field("containerImage"), containerImage, IMAGE)),
    ...(imageId === undefined
      ? []
      : matches(field("imageId"), imageId, {
          pattern: /^ami-[0-9a-f]{8,17}$/,
          allowed: "an id like ami-0123456789abcdef0",
        })),
    ...groupProblems(app),
  ];
}

/** How many instances there are, of what kind and when. */
function groupProblems({ warmPool, spot, schedules }: AppSettings): Problem[] {
  const found: Problem[] = [];
  if (warmPool !== undefined) found.push(...inRange("aws.app.warmPool.minSize", warmPool.minSize, INSTANCES));
  if (spot !== undefined) {
    const field = "aws.app.spot";
    found.push(
      ...inRange(`${field}.onDemandBase`, spot.onDemandBase, INSTANCES),
      ...inRange(`${field}.onDemandPercentAboveBase`, spot.onDemandPercentAboveBase, { min: 0, max: 100 }),
      ...spot.instanceTypes.flatMap((type, index) =>
        matches(`${field}.instanceTypes[${index}]`, type, INSTANCE_TYPE),
      ),
      ...unique(`${field}.instanceTypes`, spot.instanceTypes),
    );
  }
  schedules.forEach(({ name, minInstances, maxInstances }, index) => {
    const field = `aws.app.schedules[${index}]`;
    found.push(
      ...matches(`${field}.name`, name, {
        pattern: /^[a-z0-9][a-z0-9-]{0,39}$/i,
        allowed: "1 to 40 letters, digits and dashes",
      }),
      ...inRange(`${field}.minInstances`, minInstances, INSTANCES),
      ...inRange(`${field}.maxInstances`, maxInstances, INSTANCES),
    );
  });
  return [
    ...found,
    ...unique(
      "aws.app.schedules",
      schedules.map(({ name }) => name),
    ),
  ];
}

function databaseSettingsProblems({ snapshotIdentifier }: DatabaseSettings): Problem[] {
  if (snapshotIdentifier === undefined) return [];
  return matches("aws.database.snapshotIdentifier", snapshotIdentifier, {
    pattern: /^(arn:aws:rds:\S+|(rds:)?[a-z][a-z0-9-]*)$/i,
    allowed: "the name or the ARN of a snapshot",
  });
}

function fleetSettingsProblems(fleet: FleetSettings): Problem[] {
  const { containerImage } = fleet;
  return [
    ...matches("aws.fleet.instanceType", fleet.instanceType, INSTANCE_TYPE),
    ...(containerImage === undefined ? [] : matches("aws.fleet.containerImage", containerImage, IMAGE)),
    ...fleet.regions.flatMap((region, index) => matches(`aws.fleet.regions[${index}]`, region, REGION)),
    ...fleet.allowedHosts.flatMap((host, index) =>
      matches(`aws.fleet.allowedHosts[${index}]`, host, {
        pattern: HOST,
        allowed: "a host name, or *. and a domain for everything below it",
      }),
    ),
  ];
}

/** What follows from a choice means nothing as long as there is none. */
const ifChosen = (choices: Problem[], further: () => readonly Problem[]): readonly Problem[] =>
  choices.length > 0 ? choices : further();

/** Names of an environment are the tiers' to check, which know it; what is looked at here is the same for all of them. */
const ANY_ENVIRONMENT: EnvironmentIdentity = { id: "any", owner: "any", expiresAt: "", tags: {} };

/**
 * Everything wrong with the settings of an environment on AWS, by themselves and together with its sizing and application: what AWS would
 * refuse, what would fail at an instance's boot, a cost above the guard's limit, and guards that would guard nothing. Sizing and application by themselves are checked by
 * `validateEnvironmentInputs`. Looks whether the file of a masking hook exists, into the list of prices if one is named, and at nothing else
 * outside.
 */
export function validateAwsSettings(
  settings: AwsSettings,
  sizing: Sizing,
  application: Application,
): readonly Problem[] {
  const { app, database, cache, edge, fleet, guard } = settings;
  const environment = ANY_ENVIRONMENT;
  const appChoices = [
    ...choice("aws.app.flavour", app.flavour, AppFlavour),
    ...choice("aws.app.architecture", app.architecture, CpuArchitecture),
  ];
  const fleetChoices = [
    ...choice("aws.fleet.flavour", fleet.flavour, FleetFlavour),
    ...choice("aws.fleet.architecture", fleet.architecture, CpuArchitecture),
  ];
  const problems = [
    ...networkProblems(settings),
    ...appSettingsProblems(app),
    ...ifChosen(appChoices, () => appProblems({ sizing: sizing.app, application }, settings)),
    ...databaseSettingsProblems(database),
    ...ifChosen(choice("aws.database.engine", database.engine, DatabaseEngine), () =>
      databaseProblems({ environment, sizing: sizing.database }, database),
    ),
    ...ifChosen(choice("aws.cache.flavour", cache.flavour, CacheFlavour), () =>
      cacheProblems({ environment, sizing: sizing.cache }, cache),
    ),
    ...choice("aws.edge.priceClass", edge.priceClass, EdgePriceClass),
    ...fleetSettingsProblems(fleet),
    ...ifChosen(fleetChoices, () => fleetProblems(settings)),
    ...generatorCountProblems(settings, sizing.fleet.generators),
    ...guardProblems(guard),
  ];
  // What cannot be made has no price.
  return problems.length > 0 ? problems : limitProblems(settings, sizing);
}

/** The environment costs more than the guard allows, or nobody knows what it costs. */
function limitProblems(settings: AwsSettings, sizing: Sizing): readonly Problem[] {
  const { maxHourlyCostUsd, priceFile } = settings.guard;
  if (maxHourlyCostUsd === undefined) return [];
  try {
    const prices = priceFile === undefined ? LIST_PRICES : loadPrices(priceFile);
    return costProblems(estimateHourlyCost(sizing, settings, prices), maxHourlyCostUsd);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
