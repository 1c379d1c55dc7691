import type * as pulumi from "@pulumi/pulumi";
import { LocalKind } from "../provider/kinds";
import { LocalService, type ResourceArgs } from "../provider/resource";
import type { PgbouncerInputs } from "./pool";

export class Pgbouncer extends LocalService {
  constructor(name: string, args: ResourceArgs<PgbouncerInputs>, opts: pulumi.CustomResourceOptions) {
    super(LocalKind.Pgbouncer, name, args, opts);
  }
}
