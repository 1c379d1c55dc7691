import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pythonVenv } from "./python-venv";

const VERSION = "5.2.5";
const START_DEADLINE_MS = 60_000;

export interface MotoServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts moto's emulation of the AWS API on a free loopback port. It keeps everything in memory and takes any credentials. */
export async function startMoto(): Promise<MotoServer> {
  const venv = await pythonVenv(`moto-${VERSION}`, [`moto[server,s3]==${VERSION}`]);
  const child = spawn(join(venv, "bin/moto_server"), ["-H", "127.0.0.1", "-p", "0"], {
    stdio: ["ignore", "pipe", "pipe"],
    // The policies that AWS itself manages are there on request only.
    env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" },
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  let output = "";
  try {
    const url = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`moto did not start:\n${output}`)), START_DEADLINE_MS);
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        const found = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`moto ended with ${code}:\n${output}`)));
    });
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
