import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  HaproxyBalance,
  type HaproxyConfigOptions,
  renderHaproxyConfig,
} from "../../../components/local/haproxy";
import { ConfigError } from "../../../core/errors";
import { haproxyProgram } from "../../fault/autoscaler/haproxy-program";

const OPTIONS: HaproxyConfigOptions = {
  listenPort: 20_080,
  statsSocketPath: "/tmp/pb-haproxy.sock",
  readyPath: "/ready?deep=1",
};

describe("the rendered configuration", () => {
  it.each<[string, Partial<HaproxyConfigOptions>]>([
    ["with the defaults", {}],
    [
      "with every option set",
      {
        maxConnections: 100,
        backendName: "shop",
        balance: HaproxyBalance.PowerOfTwo,
        responseTimeoutSeconds: 5,
        queueTimeoutSeconds: 2,
        drainSeconds: 0,
        retrySafeRequests: false,
        requestLog: true,
        threads: 2,
      },
    ],
  ])("is accepted by the real HAProxy without a warning %s", (_what, options) => {
    const folder = mkdtempSync(join(tmpdir(), "pb-haproxy-"));
    try {
      const file = join(folder, "haproxy.cfg");
      writeFileSync(file, renderHaproxyConfig({ ...OPTIONS, ...options }));
      // -dW: a warning is an error.
      const checked = spawnSync(haproxyProgram(), ["-dW", "-c", "-f", file], { encoding: "utf8" });
      expect(`${checked.stdout}${checked.stderr}`).not.toMatch(/ALERT|WARNING/);
      expect(checked.status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("listens on loopback only and opens the runtime API to its owner only", () => {
    const text = renderHaproxyConfig(OPTIONS);
    expect(text.match(/^ *bind .*$/gm)).toEqual(["  bind 127.0.0.1:20080"]);
    expect(text).toContain("stats socket /tmp/pb-haproxy.sock mode 600 level admin");
  });

  it("repeats only safe requests, and only where asked to", () => {
    expect(renderHaproxyConfig(OPTIONS)).toContain("http-request disable-l7-retry if !METH_GET");
    expect(renderHaproxyConfig({ ...OPTIONS, retrySafeRequests: false })).not.toContain("empty-response");
  });

  it("is refused with every bad option at once", () => {
    const bad = {
      listenPort: 0,
      statsSocketPath: `/tmp/${"x".repeat(100)}`,
      readyPath: "/ready\n  http-request deny",
      threads: 0.5,
    };
    let problems: string[] = [];
    try {
      renderHaproxyConfig(bad);
    } catch (error) {
      problems = error instanceof ConfigError ? error.problems.map(({ field }) => field) : [];
    }
    expect(problems).toEqual(["listenPort", "statsSocketPath", "readyPath", "threads"]);
  });
});
