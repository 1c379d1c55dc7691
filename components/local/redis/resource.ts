import type * as pulumi from "@pulumi/pulumi";
import { LocalKind } from "../provider/kinds";
import { LocalService, type ResourceArgs } from "../provider/resource";
import type { RedisInputs } from "./server";

export class Redis extends LocalService {
  constructor(name: string, args: ResourceArgs<RedisInputs>, opts: pulumi.CustomResourceOptions) {
    super(LocalKind.Redis, name, args, opts);
  }
}
