import { z } from "zod";
import { type ApmAgent, ApmKind, ApmLanguage, type ApmSettings } from "../components/apm/model";
import { APM_SAMPLE_RATIO, APM_VERSIONS, PROMETHEUS_INTERVAL_SECONDS } from "../components/apm/versions";

/** Agents as a user writes them down. What each kind takes is checked where the target is known. */
export const apmSchema = z
  .array(
    z.strictObject({
      kind: z.enum(ApmKind).describe("Which agent or collector."),
      version: z.string().min(1).max(60).optional().describe("Of the agent; the pinned one when absent."),
      sampleRatio: z.number().default(APM_SAMPLE_RATIO).describe("Share of requests that are traced."),
      endpoint: z
        .string()
        .optional()
        .describe("Where to send to: an OTLP/HTTP base URL, or the Dynatrace environment."),
      site: z.string().optional().describe("The vendor's region: Datadog's site, New Relic's us or eu."),
      apiKey: z
        .string()
        .optional()
        .describe("Where its key lies: ARN of a secret on AWS, `${NAME}` on local. Never the key itself."),
      apiKeyHeader: z
        .string()
        .default("api-key")
        .describe("Header that carries the key to an OTLP endpoint."),
      languages: z.array(z.enum(ApmLanguage)).default([]).describe("Languages to instrument from outside."),
      intervalSeconds: z
        .number()
        .default(PROMETHEUS_INTERVAL_SECONDS)
        .describe("Seconds between two readings of Prometheus metrics."),
    }),
  )
  .describe("Agents and collectors of the environment, several at once.");

export type ApmConfig = z.output<typeof apmSchema>;

/** The list with its defaults filled in; undefined when it is empty. */
export function apmFrom(
  config: ApmConfig,
  whom: Pick<ApmSettings, "campaign" | "side"> = {},
): ApmSettings | undefined {
  if (config.length === 0) return undefined;
  const agents = config.map(
    ({ version, endpoint, site, apiKey, ...agent }): ApmAgent => ({
      ...agent,
      version: version ?? APM_VERSIONS[agent.kind] ?? "",
      ...(endpoint === undefined ? {} : { endpoint: endpoint.replace(/\/+$/, "") }),
      ...(site === undefined ? {} : { site }),
      ...(apiKey === undefined ? {} : { apiKey }),
    }),
  );
  return { agents, ...whom };
}
