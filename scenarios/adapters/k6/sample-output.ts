import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { SampleOutput } from "../sample-file";

const run = promisify(execFile);

/** Asks a k6 what it can. A k6 from elsewhere has its own CSV output, whatever its version. */
export async function sampleOutputOf(k6Path: string): Promise<SampleOutput> {
  try {
    const { stdout } = await run(k6Path, ["version"], {
      env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent" },
      timeout: 15_000,
    });
    return new RegExp(`\\b${SampleOutput.Perfbed} \\[output\\]`).test(stdout)
      ? SampleOutput.Perfbed
      : SampleOutput.Csv;
  } catch {
    // What is wrong with it shows, with its own words, as soon as it is started.
    return SampleOutput.Csv;
  }
}
