import type { Command } from "commander";
import type { CliContext } from "../context";
import { withInterruption } from "../interruption";
import { observerFor } from "../observer";
import { environmentOptions, type ParsedOptions, toPlanOptions } from "./options";

const HELP = `
The environment stays up until you destroy it, or until its expiry (60 minutes unless you say otherwise).

Examples:
  perfbed up --name shop-a
  perfbed up --config shop/perfbed.config.yaml --sizing medium --expiry 240
  perfbed run shop-a --scenario smoke
  perfbed destroy shop-a`;

export function addUp(program: Command, context: CliContext): Command {
  const command = program
    .command("up")
    .description("provision an environment and leave it standing")
    .addHelpText("after", HELP);
  return environmentOptions(command).action(async (options: ParsedOptions) => {
    const { describeEnvironment, withoutSecrets } = await import("../../campaign/describe");
    const { planCampaign } = await import("../../campaign/plan");
    const { bringUp } = await import("../../campaign/standing");
    const { terminal, json } = context;
    const { environment } = await planCampaign(toPlanOptions(options));
    if (options.dryRun === true) {
      terminal.out(
        json
          ? JSON.stringify({ environment: withoutSecrets(environment) }, null, 2)
          : `${describeEnvironment(environment)}\nNothing was started.`,
      );
      return;
    }
    const observer = observerFor(context);
    const access = await withInterruption(context, (signal) => bringUp(environment, { observer, signal }));
    observer.close();
    terminal.out(
      json
        ? JSON.stringify(
            {
              environmentId: environment.environmentId,
              entryUrl: access.entryUrl,
              appUrl: access.appUrl,
              expiresAt: environment.expiresAt,
            },
            null,
            2,
          )
        : [
            `Environment ${environment.environmentId} is up.`,
            `  edge          ${access.entryUrl}`,
            `  load balancer ${access.appUrl}`,
            `  expires       ${environment.expiresAt}`,
            `Run a scenario: perfbed run ${environment.environmentId} --scenario smoke`,
            `Remove it:      perfbed destroy ${environment.environmentId}`,
          ].join("\n"),
    );
  });
}
