import type * as pulumi from "@pulumi/pulumi";
import { LocalKind } from "../provider/kinds";
import { LocalService, type ResourceArgs } from "../provider/resource";
import type { OtelcolInputs } from "./server";

export class Otelcol extends LocalService {
  constructor(name: string, args: ResourceArgs<OtelcolInputs>, opts: pulumi.CustomResourceOptions) {
    super(LocalKind.Otelcol, name, args, opts);
  }
}
