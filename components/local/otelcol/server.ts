import { join } from "node:path";
import { z } from "zod";
import { resolveReferences } from "../application/variables";
import { createServiceFolder, serviceAccount, writeServiceFile } from "../provider/account";
import { lifecycle } from "../provider/lifecycle";
import {
  type ServiceOutputs,
  serviceIdentity,
  serviceOutputs,
  startService,
  stopService,
} from "../provider/service";
import { executableOf, localTool, reachableTool } from "../provider/tool";
import { ProbeKind, type StopPolicy } from "../supervisor/types";
import { KEY_VARIABLE, OTELCOL_MEMORY_MIB, renderOtelcolConfig } from "./config";

export const otelcolInputs = serviceIdentity.extend({
  tool: localTool,
  /** Where it passes everything on to. */
  forward: z
    .object({
      endpoint: z.string(),
      /** Header and reference (`${NAME}`) of the key; resolved when the process starts. */
      key: z.object({ header: z.string(), reference: z.string() }).optional(),
    })
    .optional(),
});
export type OtelcolInputs = z.infer<typeof otelcolInputs>;

const OTELCOL_STOP: StopPolicy = { signal: "SIGTERM", graceMs: 5_000 };
/** What it logs once its receivers listen. */
const READY_TEXT = "Everything is ready";

async function createOtelcol(inputs: OtelcolInputs): Promise<ServiceOutputs> {
  const account = await serviceAccount();
  const { environmentId, service, forward } = inputs;
  const key =
    forward?.key === undefined
      ? {}
      : resolveReferences({ [KEY_VARIABLE]: forward.key.reference }, process.env);
  return startService({
    inputs,
    portCount: 1,
    prepare: async ([port = 0], folder) => {
      const configPath = join(folder, "otelcol.json");
      await createServiceFolder(folder, account);
      const tool = await reachableTool(environmentId, service, inputs.tool, account);
      const config = renderOtelcolConfig({
        port,
        folder,
        ...(forward === undefined
          ? {}
          : {
              forward: {
                endpoint: forward.endpoint,
                ...(forward.key === undefined ? {} : { keyHeader: forward.key.header }),
              },
            }),
      });
      await writeServiceFile(configPath, config, account);
      return {
        environmentId,
        name: service,
        tier: "apm",
        command: executableOf(tool, "otelcol"),
        args: [`--config=${configPath}`],
        cwd: folder,
        env: key,
        ...(account === undefined ? {} : { runAs: { uid: account.uid, gid: account.gid } }),
        limits: { memoryMiB: OTELCOL_MEMORY_MIB },
        ports: [port],
        ready: { kind: ProbeKind.Log, endpoint: READY_TEXT, timeoutMs: 20_000 },
        stop: OTELCOL_STOP,
      };
    },
  });
}

/** An OpenTelemetry Collector, ready when it says that its receivers listen. */
export const otelcolLifecycle = lifecycle({
  inputs: otelcolInputs,
  outputs: serviceOutputs,
  create: async (inputs) => ({
    id: `${inputs.environmentId}/${inputs.service}`,
    outputs: await createOtelcol(inputs),
  }),
  delete: (state) => stopService(state, OTELCOL_STOP),
});
