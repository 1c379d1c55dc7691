export type {
  FleetAbort,
  FleetGenerator,
  FleetOptions,
  FleetPhase,
  FleetProgress,
  FleetResult,
} from "./model";
export { runFleet } from "./run-fleet";
