import type * as pulumi from "@pulumi/pulumi";
import { LocalKind } from "../provider/kinds";
import { LocalResource, LocalService, type ResourceArgs } from "../provider/resource";
import type { AutoscalingGroupInputs } from "./autoscaling-group";
import type { LoadBalancerInputs } from "./load-balancer";
import type { SetupInputs } from "./setup";

export class LoadBalancer extends LocalService {
  declare readonly url: pulumi.Output<string>;
  /** HAProxy's runtime API. */
  declare readonly socketPath: pulumi.Output<string>;

  constructor(name: string, args: ResourceArgs<LoadBalancerInputs>, opts: pulumi.CustomResourceOptions) {
    super(LocalKind.LoadBalancer, name, args, opts, ["url", "socketPath"]);
  }
}

/** The application's migration and seed, run to its end. */
export class ApplicationSetupRun extends LocalResource {
  declare readonly completedAt: pulumi.Output<string>;

  constructor(name: string, args: ResourceArgs<SetupInputs>, opts: pulumi.CustomResourceOptions) {
    super(LocalKind.ApplicationSetup, name, args, ["completedAt"], opts);
  }
}

export class AutoscalingGroup extends LocalService {
  declare readonly inService: pulumi.Output<number>;
  declare readonly eventsPath: pulumi.Output<string>;

  constructor(name: string, args: ResourceArgs<AutoscalingGroupInputs>, opts: pulumi.CustomResourceOptions) {
    super(LocalKind.AutoscalingGroup, name, args, opts, ["inService", "eventsPath"]);
  }
}
