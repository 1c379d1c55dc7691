import * as pulumi from "@pulumi/pulumi";
import { perfbedHome } from "../../core/home";
import type { TierFactory } from "../contracts";
import { LocalApm } from "./apm";
import { LocalApp } from "./app";
import { LocalCache } from "./cache";
import type { LocalContext, LocalTools } from "./context";
import { LocalDatabase } from "./database";
import { LocalEdge } from "./edge";
import { LocalFleet } from "./fleet";
import { LocalFoundation } from "./foundation";

export type { LocalTools } from "./context";
export type { LocalTool } from "./provider/tool";
export { localSizings } from "./sizings";

export interface LocalTiersOptions {
  /** Resolved before the Pulumi program starts: a component's constructor cannot wait. */
  readonly tools: LocalTools;
  /**
   * True if the caller has called `prepareEnvironment` and will call `sweepEnvironment` after the engine is done (it must, when the
   * engine's state lies in the environment's folder). False: the stack makes and removes the folder itself. @default false
   */
  readonly prepared?: boolean;
}

/** Every tier as real processes on this machine. */
export function createLocalTiers(options: LocalTiersOptions): TierFactory {
  const context: LocalContext = {
    tools: options.tools,
    home: perfbedHome(),
    prepared: options.prepared ?? false,
  };
  let database: LocalDatabase | undefined;
  return {
    foundation: (name, args, opts) => new LocalFoundation(name, args, context, opts),
    database: (name, args, opts) => {
      database = new LocalDatabase(name, args, context, opts);
      return database;
    },
    cache: (name, args, opts) => new LocalCache(name, args, context, opts),
    app: (name, args, opts) => new LocalApp(name, args, context, opts),
    // On one machine the edge's compiler would take CPU from the database, which everything waits for; it has time enough after that.
    edge: (name, args, opts) =>
      new LocalEdge(
        name,
        args,
        context,
        database === undefined ? opts : pulumi.mergeOptions(opts, { dependsOn: [database] }),
      ),
    fleet: (name, args, opts) => new LocalFleet(name, args, context, opts),
    apm: (name, args, opts) => new LocalApm(name, args, context, opts),
  };
}
