/** How long things may take, and how often somebody looks. */
export interface FleetTimes {
  /** Added to what virtual users need to be made: the command's way, the shipment, the program's start. */
  readonly startUpMs: number;
  /** From the last generator's readiness to the common start: every one has learnt of it by then. */
  readonly leadMs: number;
  readonly heartbeatSeconds: number;
  readonly pollMs: number;
  /** The service is asked how a generator fares at every nth look. */
  readonly statesEvery: number;
  /** A generator without a sign of life for so long is lost. */
  readonly lostAfterMs: number;
  /** From the end of the load until every generator's samples are in the bucket. */
  readonly storeMs: number;
  /** For generators that were told to stop. */
  readonly stopMs: number;
}

export const FLEET_TIMES: FleetTimes = {
  startUpMs: 120_000,
  leadMs: 10_000,
  heartbeatSeconds: 5,
  pollMs: 3_000,
  statesEvery: 5,
  lostAfterMs: 45_000,
  storeMs: 600_000,
  stopMs: 60_000,
};

/** A task has its network and its image fetched first, and its network taken down last. */
export const TASK_TIMES: FleetTimes = { ...FLEET_TIMES, startUpMs: 300_000, stopMs: 180_000 };
