import { statSync } from "node:fs";
import type { Problem } from "../../../core/errors";
import type { DatabaseArgs } from "../../contracts";
import { DatabaseEngine, type DatabaseSettings } from "../settings";
import { nameProblems } from "../settings-checks";
import { CONNECTIONS_BESIDE_POOL, instanceClassFor } from "./connections";
import { SPREAD_FROM_GIB } from "./gp3";

const FIELD = "aws.database";
/** gp3 takes other than its baseline of 3000 only where it is spread. */
const IOPS = { min: 12_000, max: 64_000 };
const STORAGE_GIB = { min: 20, max: 65_536 };
const MONITORING_INTERVALS = [0, 1, 5, 10, 15, 30, 60];
/** Readers an Aurora cluster may have. */
const MOST_READERS = 15;

const within = (value: number, { min, max }: { readonly min: number; readonly max: number }): boolean =>
  Number.isInteger(value) && value >= min && value <= max;

const problem = (field: string, value: unknown, allowed: string, hint?: string): Problem => ({
  field: `${FIELD}.${field}`,
  value,
  allowed,
  ...(hint === undefined ? {} : { hint }),
});

function versionProblems({ engineVersion, snapshotIdentifier }: DatabaseSettings): Problem[] {
  if (engineVersion === undefined) {
    if (snapshotIdentifier === undefined) return [];
    return [
      {
        field: `${FIELD}.engineVersion`,
        allowed: "the version of the snapshot, e.g. 15 or 15.8",
        hint: "The server's parameter group has to be of its major version, which is not looked up.",
      },
    ];
  }
  if (/^(1[3-9]|[2-9]\d)(\.\d+)?$/.test(engineVersion)) return [];
  return [problem("engineVersion", engineVersion, "a version of PostgreSQL from 13 on, like 16 or 16.9")];
}

function engineProblems(settings: DatabaseSettings): Problem[] {
  const found = versionProblems(settings);
  const { engine, instanceClass, databaseName } = settings;
  if (instanceClass !== undefined && !/^db\.[a-z0-9-]+\.[a-z0-9-]+$/.test(instanceClass)) {
    found.push(problem("instanceClass", instanceClass, "a class like db.m7g.large"));
  }
  if (databaseName !== undefined && !/^[A-Za-z][A-Za-z0-9_]{0,62}$/.test(databaseName)) {
    found.push(
      problem("databaseName", databaseName, "a letter, then letters, digits and underscores; 63 at most"),
    );
  }
  if (engine === DatabaseEngine.Aurora) {
    if (settings.multiAz) {
      found.push(problem("multiAz", true, "false with Aurora", "A replica is what Aurora fails over to."));
    }
    if (settings.iops !== undefined) found.push(problem("iops", settings.iops, "nothing with Aurora"));
  } else {
    if (!within(settings.storageGiB, STORAGE_GIB)) {
      found.push(problem("storageGiB", settings.storageGiB, `${STORAGE_GIB.min} to ${STORAGE_GIB.max}`));
    }
    if (
      settings.iops !== undefined &&
      (settings.storageGiB < SPREAD_FROM_GIB || !within(settings.iops, IOPS))
    ) {
      found.push(
        problem(
          "iops",
          settings.iops,
          `${IOPS.min} to ${IOPS.max}, with storageGiB ${SPREAD_FROM_GIB} or more`,
        ),
      );
    }
  }
  return found;
}

function observationProblems(settings: DatabaseSettings): Problem[] {
  const found: Problem[] = [];
  const { monitoringIntervalSeconds, explainSlowerThanMs } = settings;
  if (!MONITORING_INTERVALS.includes(monitoringIntervalSeconds)) {
    const allowed = MONITORING_INTERVALS.join(", ");
    found.push(problem("monitoringIntervalSeconds", monitoringIntervalSeconds, `one of ${allowed}`));
  }
  if (!within(explainSlowerThanMs, { min: 0, max: 2_147_483_647 })) {
    found.push(problem("explainSlowerThanMs", explainSlowerThanMs, "whole milliseconds, 0 or more"));
  }
  return found;
}

function parameterProblems(settings: DatabaseSettings, poolSize: number): Problem[] {
  const found: Problem[] = [];
  for (const name of Object.keys(settings.parameters)) {
    if (!/^[a-z_][a-z0-9_.]*$/.test(name)) {
      found.push(problem("parameters", name, "names of PostgreSQL's parameters, lower case"));
    }
  }
  const { max_connections: connections, "rds.force_ssl": tls } = settings.parameters;
  if (tls !== undefined && tls !== "1") {
    found.push(problem("parameters.rds.force_ssl", tls, "1", "Connections are always encrypted."));
  }
  const fewest = poolSize + CONNECTIONS_BESIDE_POOL;
  if (connections !== undefined && !within(Number(connections), { min: fewest, max: 262_143 })) {
    found.push(
      problem("parameters.max_connections", connections, `the pool's size and more: ${fewest} to 262143`),
    );
  }
  return found;
}

function autoscalingProblems(settings: DatabaseSettings, replicas: number): Problem[] {
  const { replicaAutoscaling: scaling } = settings;
  if (scaling === undefined) return [];
  if (settings.engine !== DatabaseEngine.Aurora) {
    return [problem("replicaAutoscaling", scaling, "nothing with RDS", "Only Aurora scales its readers.")];
  }
  const found: Problem[] = [];
  const { minReplicas, maxReplicas, targetCpuPercent } = scaling;
  if (!within(maxReplicas, { min: 1, max: MOST_READERS })) {
    found.push(problem("replicaAutoscaling.maxReplicas", maxReplicas, `1 to ${MOST_READERS}`));
  }
  if (!within(minReplicas, { min: 1, max: maxReplicas })) {
    found.push(problem("replicaAutoscaling.minReplicas", minReplicas, "1 to maxReplicas"));
  }
  if (!(targetCpuPercent >= 10 && targetCpuPercent <= 100)) {
    found.push(problem("replicaAutoscaling.targetCpuPercent", targetCpuPercent, "10 to 100"));
  }
  if (replicas < 1 || replicas > maxReplicas) {
    found.push({
      field: "sizing.database.replicas",
      value: replicas,
      allowed: "1 to aws.database.replicaAutoscaling.maxReplicas",
      hint: "Aurora scales readers of a cluster that has one.",
    });
  }
  return found;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Seconds; a launch may take AWS's two hours at most, and the rest of it needs some of them. */
const MASKING_SECONDS = { min: 1, max: 5_400 };

/** The file is run by the app's first instance; that it is there has to be known before hours of restoring. */
function maskingProblems({ masking, snapshotIdentifier }: DatabaseSettings): Problem[] {
  if (masking === undefined) return [];
  const found: Problem[] = [];
  if (!isFile(masking.sqlFile)) {
    found.push(problem("masking.sqlFile", masking.sqlFile, "a file that exists"));
  }
  const { timeoutSeconds } = masking;
  if (timeoutSeconds !== undefined && !within(timeoutSeconds, MASKING_SECONDS)) {
    const allowed = `whole seconds, ${MASKING_SECONDS.min} to ${MASKING_SECONDS.max}`;
    found.push(problem("masking.timeoutSeconds", timeoutSeconds, allowed));
  }
  if (snapshotIdentifier === undefined) {
    found.push(
      problem("masking", masking, "nothing without snapshotIdentifier", "There is no data to mask."),
    );
  }
  return found;
}

/** Everything wrong with the database's settings and with what the sizing asks of them. Looks whether the masking file exists. */
export function databaseProblems(args: DatabaseArgs, settings: DatabaseSettings): readonly Problem[] {
  const { environment, sizing } = args;
  const found = [
    ...engineProblems(settings),
    ...observationProblems(settings),
    ...parameterProblems(settings, sizing.poolSize),
    ...autoscalingProblems(settings, sizing.replicas),
    ...maskingProblems(settings),
    ...nameProblems(environment),
  ];
  if (instanceClassFor(settings, sizing) === undefined) {
    found.push({
      field: "sizing.database",
      value: { cpu: sizing.cpu, memoryMiB: sizing.memoryMiB },
      allowed: `what one class of ${settings.engine} holds`,
      hint: "Name the class yourself: aws.database.instanceClass.",
    });
  }
  return found;
}
