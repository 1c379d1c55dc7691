import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ProbeKind, type ReadinessProbe } from "../../components/local/supervisor";
import { READY_TEXT, START_FILE, StartControl } from "../../scenarios/adapters/adapter";
import { K6Api } from "./k6-api";

/** How a generator process is found ready, and started together with the others. */
export interface GeneratorControl {
  readonly ports: readonly number[];
  probe(timeoutMs: number): ReadinessProbe;
  /** After the probe: whether it is ready to start. */
  isReady(): Promise<boolean>;
  /** Tells it of the common start, ms since the epoch. */
  start(atMs: number): Promise<void>;
  /** Sets its number of virtual users while it runs, where the tool can. */
  scale?(users: number): Promise<void>;
  close(): Promise<void>;
}

/** k6 stands paused and goes on as soon as it is told to. */
function k6Control(port: number): GeneratorControl {
  const api = new K6Api(port);
  return {
    ports: [port],
    probe: (timeoutMs) => ({ kind: ProbeKind.Http, endpoint: api.statusUrl, timeoutMs }),
    isReady: () => api.isReady().catch(() => false),
    start: () => api.start(),
    scale: (users) => api.scale(users),
    close: () => api.close(),
  };
}

/** The others print that they are ready, and wait for a file with the start in it. */
function fileControl(folder: string): GeneratorControl {
  return {
    ports: [],
    probe: (timeoutMs) => ({ kind: ProbeKind.Log, endpoint: READY_TEXT, timeoutMs }),
    isReady: async () => true,
    start: async (atMs) => {
      const file = join(folder, START_FILE);
      // Renamed into place: nobody reads half a number.
      await writeFile(`${file}.new`, `${atMs}\n`, { mode: 0o600 });
      await rename(`${file}.new`, file);
    },
    close: async () => undefined,
  };
}

export function controlOf(kind: StartControl, place: { folder: string; port: number }): GeneratorControl {
  switch (kind) {
    case StartControl.K6Api:
      return k6Control(place.port);
    case StartControl.StartFile:
      return fileControl(place.folder);
  }
}
