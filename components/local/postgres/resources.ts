import type * as pulumi from "@pulumi/pulumi";
import { LocalKind } from "../provider/kinds";
import { LocalService, type ResourceArgs } from "../provider/resource";
import type { PrimaryInputs } from "./primary";
import type { ReplicaInputs } from "./replica";

export class PostgresPrimary extends LocalService {
  constructor(name: string, args: ResourceArgs<PrimaryInputs>, opts: pulumi.CustomResourceOptions) {
    super(LocalKind.PostgresPrimary, name, args, opts);
  }
}

export class PostgresReplica extends LocalService {
  constructor(name: string, args: ResourceArgs<ReplicaInputs>, opts: pulumi.CustomResourceOptions) {
    super(LocalKind.PostgresReplica, name, args, opts);
  }
}
