import type { Problem } from "../../../core/errors";
import { ApmKind, type ApmSettings } from "../../apm/model";
import { AppFlavour, type AwsSettings, NatStrategy } from "../settings";

/** OneAgent and New Relic's infrastructure agent want a machine; Fargate has none to give. */
const NEED_A_MACHINE: readonly ApmKind[] = [ApmKind.NewRelic, ApmKind.Dynatrace];

/** Everything about the agents that could only fail once instances or tasks start. */
export function awsApmProblems(
  apm: ApmSettings | undefined,
  { app, network }: AwsSettings,
): readonly Problem[] {
  if (apm === undefined) return [];
  const problems: Problem[] = [];
  if (app.flavour === AppFlavour.Fargate) {
    apm.agents.forEach(({ kind, languages }, index) => {
      if (NEED_A_MACHINE.includes(kind)) {
        problems.push({
          field: `apm.${index}.kind`,
          value: kind,
          allowed: "an agent that runs as a container beside the application, on Fargate",
          hint: "Build its language agent into the image, or use the EC2 flavour.",
        });
      } else if (languages.length > 0) {
        problems.push({
          field: `apm.${index}.languages`,
          value: languages,
          allowed: "no languages on Fargate: what is loaded into a process is part of its image",
          hint: "The image's own instrumentation finds its OTEL_… and DD_… variables set.",
        });
      }
    });
  }
  if (network.nat === NatStrategy.None) {
    problems.push({
      field: "aws.network.nat",
      value: network.nat,
      allowed: "a NAT gateway, for agents: their packages come from their makers",
    });
  }
  return problems;
}
