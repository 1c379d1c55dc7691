import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { LIST_PRICES, loadPrices } from "../components/aws/cost";
import { costCeiling } from "./rules/cost-ceiling";
import { encryption } from "./rules/encryption";
import { expiry } from "./rules/expiry";
import { instanceCeiling } from "./rules/instance-ceiling";
import { openBesideTheEdge, openToTheWorld } from "./rules/open-to-the-world";
import { publicDatabase } from "./rules/public-database";
import type { Rule } from "./rules/rule";
import { stackResources } from "./rules/stack";

/** @default 16, which is a 4xlarge */
interface InstanceCeilingConfig {
  readonly maxVcpus: number;
}

interface CostCeilingConfig {
  /** USD an hour; without one the policy says nothing. */
  readonly maxHourlyUsd?: number;
  /** JSON file with prices; see docs/aws-cost.md. */
  readonly priceFile?: string;
}

function fromRule(name: string, description: string, rule: Rule): ResourceValidationPolicy {
  return {
    name,
    description,
    enforcementLevel: "mandatory",
    validateResource: ({ type, name: resource, props }, report) => {
      for (const text of rule({ type, name: resource, props })) report(`${resource}: ${text}`);
    },
  };
}

const instances: ResourceValidationPolicy = {
  name: "instance-ceiling",
  description: "No instance, database server or cache node is larger than the ceiling.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { maxVcpus: { type: "integer", minimum: 1, default: 16 } } },
  validateResource: ({ type, name, props, getConfig }, report) => {
    const rule = instanceCeiling(getConfig<InstanceCeilingConfig>().maxVcpus);
    for (const text of rule({ type, name, props })) report(`${name}: ${text}`);
  },
};

const webPorts: StackValidationPolicy = {
  name: "open-web-ports",
  description: "Ports of the web are open to everyone only at load balancers that face the internet.",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, report) => {
    for (const { resource, text } of openBesideTheEdge(stackResources(resources))) {
      report(`${resource.name}: ${text}`, resource.urn);
    }
  },
};

const cost: StackValidationPolicy = {
  name: "cost-ceiling",
  description: "The stack costs no more an hour than the ceiling, at its largest size and by the price list.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      maxHourlyUsd: { type: "number", exclusiveMinimum: 0 },
      priceFile: { type: "string" },
    },
  },
  validateStack: ({ resources, getConfig }, report) => {
    const { maxHourlyUsd, priceFile } = getConfig<CostCeilingConfig>();
    if (maxHourlyUsd === undefined) return;
    const prices = priceFile === undefined ? LIST_PRICES : loadPrices(priceFile);
    for (const text of costCeiling(stackResources(resources), maxHourlyUsd, prices)) report(text);
  },
};

/** What every environment of perfbed keeps to, for those who want Pulumi to hold everyone to it. */
export const policies: (ResourceValidationPolicy | StackValidationPolicy)[] = [
  fromRule(
    "expiry",
    "What costs money carries the tags of its environment, its owner and its expiry.",
    expiry,
  ),
  fromRule("public-database", "No database has an address on the internet.", publicDatabase),
  fromRule("encryption", "Data is encrypted at rest, and on the way.", encryption),
  fromRule(
    "open-to-the-world",
    "Nobody is let in from everywhere, except at the ports of the web.",
    openToTheWorld,
  ),
  webPorts,
  instances,
  cost,
];
