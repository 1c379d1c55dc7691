import type * as pulumi from "@pulumi/pulumi";
import { LocalKind } from "../provider/kinds";
import { LocalResource, LocalService, type ResourceArgs } from "../provider/resource";
import type { EdgeReadinessInputs } from "./readiness";
import type { VarnishInputs } from "./server";

export class Varnish extends LocalService {
  declare readonly workingFolder: pulumi.Output<string>;

  constructor(name: string, args: ResourceArgs<VarnishInputs>, opts: pulumi.CustomResourceOptions) {
    super(LocalKind.Varnish, name, args, opts, ["workingFolder"]);
  }
}

/** The proof that a request comes through to the app. */
export class EdgeReadiness extends LocalResource {
  /** The edge's URL, known once the proof is there. */
  declare readonly readyUrl: pulumi.Output<string>;

  constructor(name: string, args: ResourceArgs<EdgeReadinessInputs>, opts: pulumi.CustomResourceOptions) {
    super(LocalKind.EdgeReadiness, name, args, ["readyUrl"], opts);
  }
}
