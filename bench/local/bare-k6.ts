import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { executionSegment } from "../../scenarios/adapters/k6/render";
import { timedCommand } from "./timed-command";

export interface BareK6Options {
  readonly k6Path: string;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** Processes, started together, each with its segment of the load. */
  readonly processes: number;
  readonly folder: string;
  readonly signal: AbortSignal;
}

const summarySchema = z.looseObject({
  metrics: z.looseObject({
    http_reqs: z.looseObject({ count: z.number() }).optional(),
    http_req_failed: z.looseObject({ passes: z.number() }).optional(),
  }),
});

export interface BareK6Result {
  readonly requests: number;
  readonly failed: number;
}

/** `k6 run script.js` as anybody would type it: k6's own options, its summary at the end, no further output. */
export async function runBareK6(options: BareK6Options): Promise<BareK6Result> {
  await mkdir(options.folder, { recursive: true });
  const results = await Promise.all(
    Array.from({ length: options.processes }, async (_, index) => {
      const summary = join(options.folder, `summary-${index + 1}.json`);
      const { segment, sequence } = executionSegment(index, options.processes);
      const segments =
        options.processes === 1
          ? []
          : [`--execution-segment=${segment}`, `--execution-segment-sequence=${sequence}`];
      await timedCommand(
        options.k6Path,
        [
          ...["run", "--quiet", "--no-usage-report", "--address=", `--summary-export=${summary}`],
          ...segments,
          options.script,
        ],
        {
          cwd: options.folder,
          env: { PATH: process.env.PATH ?? "", HOME: options.folder, ...options.env },
          signal: options.signal,
        },
      );
      const { metrics } = summarySchema.parse(JSON.parse(await readFile(summary, "utf8")));
      return { requests: metrics.http_reqs?.count ?? 0, failed: metrics.http_req_failed?.passes ?? 0 };
    }),
  );
  return {
    requests: results.reduce((sum, result) => sum + result.requests, 0),
    failed: results.reduce((sum, result) => sum + result.failed, 0),
  };
}
