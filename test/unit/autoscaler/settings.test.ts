import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AutoscalerSettings,
  parseAutoscalerSettings,
  readAutoscalerSettings,
} from "../../../components/local/autoscaler";
import { ConfigError } from "../../../core/errors";
import { STEPPED, TRACKING } from "./policies";

const SETTINGS: AutoscalerSettings = {
  environmentId: "pb-12345678",
  perfbedHome: "/tmp/home",
  folder: "/tmp/home/environments/pb-12345678/autoscaler",
  application: {
    name: "shop",
    version: "1",
    workingDirectory: "/srv/shop",
    command: ["node", "server.js"],
    healthPath: "/health",
    readyPath: "/ready",
    environment: {},
    startTimeoutSeconds: 30,
    drainSeconds: 10,
  },
  sizing: { minInstances: 1, maxInstances: 3, cpu: 0.5, memoryMiB: 256, scaling: TRACKING },
  databaseUrl: "postgres://app:hunter2@127.0.0.1:5432/shop",
  databaseReplicaUrls: [],
  cacheUrl: "redis://:hunter2@127.0.0.1:6379",
  balancer: { socketPath: "/tmp/home/haproxy.sock" },
  statusPort: 20_001,
};

function failureOf(act: () => unknown): ConfigError {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("the autoscaler's settings", () => {
  it("come out as they went in through JSON", () => {
    expect(parseAutoscalerSettings(JSON.parse(JSON.stringify(SETTINGS)))).toEqual(SETTINGS);
    const stepped = { ...SETTINGS, sizing: { ...SETTINGS.sizing, scaling: STEPPED } };
    expect(parseAutoscalerSettings(JSON.parse(JSON.stringify(stepped)))).toEqual(stepped);
  });

  it("are refused with every problem at once", () => {
    const error = failureOf(() =>
      parseAutoscalerSettings({
        ...SETTINGS,
        environmentId: "NOT AN ID",
        statusPort: 0,
        sizing: { ...SETTINGS.sizing, minInstances: 0, scaling: { ...TRACKING, targetValue: -1 } },
      }),
    );
    expect(error.problems.map(({ field }) => field)).toEqual([
      "environmentId",
      "sizing.minInstances",
      "sizing.scaling.targetValue",
      "statusPort",
    ]);
  });

  it("are refused when the maximum is below the minimum, and when a step policy has wrong steps", () => {
    const scaling = { ...STEPPED, steps: [{ adjustment: 1 }] };
    const error = failureOf(() =>
      parseAutoscalerSettings({ ...SETTINGS, sizing: { ...SETTINGS.sizing, minInstances: 4, scaling } }),
    );
    expect(error.problems.map(({ field }) => field)).toContain("sizing.maxInstances");
    expect(error.problems.map(({ field }) => field)).toContain("sizing.scaling.steps[0]");
  });

  it("never show a password in an error", () => {
    const error = failureOf(() =>
      parseAutoscalerSettings({ ...SETTINGS, databaseUrl: 7, cacheUrl: ["hunter2"] }),
    );
    expect(JSON.stringify([error.message, error.problems])).not.toContain("hunter2");
  });
});

describe("the settings file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pb-settings-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is read when only its owner can read it, and refused otherwise", () => {
    const path = join(folder, "settings.json");
    writeFileSync(path, JSON.stringify(SETTINGS), { mode: 0o600 });
    expect(readAutoscalerSettings(path)).toEqual(SETTINGS);
    chmodSync(path, 0o644);
    expect(failureOf(() => readAutoscalerSettings(path)).problems[0]?.allowed).toContain("0600");
  });

  it("is refused when it is missing or no JSON", () => {
    expect(failureOf(() => readAutoscalerSettings(join(folder, "none.json"))).problems).toHaveLength(1);
    const path = join(folder, "broken.json");
    writeFileSync(path, "{", { mode: 0o600 });
    expect(failureOf(() => readAutoscalerSettings(path)).problems[0]?.allowed).toBe("valid JSON");
  });
});
