import { ApmKind, type ApmSettings, apmAgent } from "../../apm/model";
import { objectsBelow, type PolicyStatement } from "../instances/roles";
import { APM_PREFIX, CLOUDWATCH_NAMESPACE } from "./collector-config";

/** ARNs of the secrets with the agents' keys, each once. */
export const apmSecretArns = (settings: ApmSettings | undefined): readonly string[] => [
  ...new Set((settings?.agents ?? []).flatMap(({ apiKey }) => (apiKey === undefined ? [] : [apiKey]))),
];

/** True where a plain collector runs: for itself, or for Prometheus metrics. */
export const hasPlainCollector = (settings: ApmSettings): boolean =>
  apmAgent(settings, ApmKind.OpenTelemetry) !== undefined ||
  apmAgent(settings, ApmKind.Prometheus) !== undefined;

/**
 * What agents may do with the role of the instance (or task) they run on. Reading of their keys is not in it: one statement for all
 * secrets of an instance names each of them.
 */
export function apmPermissions(settings: ApmSettings | undefined, bucketArn: string): PolicyStatement[] {
  if (settings === undefined) return [];
  const statements: PolicyStatement[] = [];
  if (hasPlainCollector(settings))
    statements.push(objectsBelow("Observations", bucketArn, [APM_PREFIX], ["s3:PutObject"]));
  if (apmAgent(settings, ApmKind.Xray) !== undefined) {
    statements.push({
      Sid: "WriteTraces",
      Effect: "Allow",
      Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
      // X-Ray knows no resources for these.
      Resource: ["*"],
    });
  }
  if (apmAgent(settings, ApmKind.CloudWatch) !== undefined) {
    statements.push({
      Sid: "WriteMetrics",
      Effect: "Allow",
      Action: ["cloudwatch:PutMetricData"],
      Resource: ["*"],
      Condition: { StringEquals: { "cloudwatch:namespace": CLOUDWATCH_NAMESPACE } },
    });
    statements.push({
      Sid: "ReadOwnTags",
      Effect: "Allow",
      Action: ["ec2:DescribeTags"],
      Resource: ["*"],
    });
  }
  return statements;
}
