import { campaignEnvironment, STACK_CONFIG_KEYS } from "../config";
import { createSingleEnvironment } from "../single-environment";
import { stackProgram } from "../stack-program";

/**
 * The program of `pulumi up` for one environment, on any target: configuration in Pulumi.yaml, outputs as in `EnvironmentAccess`. It is also
 * the stack `campaign`.
 */
export = stackProgram(STACK_CONFIG_KEYS, async (raw, context) =>
  createSingleEnvironment(campaignEnvironment(raw, context), context),
);
