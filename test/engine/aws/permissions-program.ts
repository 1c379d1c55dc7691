import type { PulumiFn } from "@pulumi/pulumi/automation";
import { awsSizings, createAwsTiers } from "../../../components/aws";
import { Target } from "../../../components/contracts";
import { PerformanceEnvironment } from "../../../components/environment";
import { EVERY_PART } from "../../components/aws/every-part";
import { APPLICATION } from "../../components/support";

/** Programs of permissions.test.ts and failures.test.ts: environments that together have every part that perfbed makes on AWS. */
export interface PermissionsProgram {
  readonly variant: keyof typeof EVERY_PART;
  /** The second changes the expiry in all tags; of `managed` the sizes, because the emulator cannot change a user of the cache. */
  readonly phase: "first" | "changed";
  /** Any folder: the application's, and the function's. */
  readonly folder: string;
  /** @default `pb-` and the variant */
  readonly environmentId?: string;
}

export default function program(args: PermissionsProgram): PulumiFn {
  const { variant, phase, folder, environmentId = `pb-${variant}` } = args;
  return async () => {
    const { setup: _, ...application } = APPLICATION;
    const changed = phase === "changed";
    const expiresAt = `2030-0${changed && variant === "servers" ? 2 : 1}-01T00:00:00.000Z`;
    const tiers = createAwsTiers({ settings: EVERY_PART[variant], sweeperCode: folder });
    new PerformanceEnvironment(
      "environment",
      {
        target: Target.Aws,
        environment: { id: environmentId, owner: "ci", expiresAt, tags: {} },
        sizing: changed && variant === "managed" ? awsSizings.medium : awsSizings.small,
        application: { ...application, workingDirectory: folder },
      },
      { [Target.Aws]: tiers },
    );
  };
}
