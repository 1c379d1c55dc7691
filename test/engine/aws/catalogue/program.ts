import * as secretsmanager from "@pulumi/aws/secretsmanager";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { balancing, containers, scaling } from "./compute";
import { aurora, caches, relational } from "./data";
import { edge, guard } from "./edge";
import { identities, network, storage } from "./ground";

/** Every type of the stand-in at least once, with the nested inputs that it maps to calls. */
export interface Catalogue {
  readonly phase: "first" | "changed";
}

export default function program({ phase }: Catalogue): PulumiFn {
  const tags = { purpose: "catalogue", phase };
  return async () => {
    const roles = identities(tags);
    const ground = network(roles, tags);
    const files = storage(tags);
    const { loadBalancer, targetGroup } = balancing(ground, files, tags);
    scaling(ground, targetGroup, roles, tags);
    const login = new secretsmanager.Secret("login", { recoveryWindowInDays: 0, tags });
    new secretsmanager.SecretVersion("login", { secretId: login.id, secretString: "{}" });
    relational(ground, roles, login, tags);
    aurora(ground, tags);
    caches(ground, tags);
    edge(loadBalancer, tags);
    containers(ground, targetGroup, roles, tags);
    guard(roles, tags);
  };
}
