/** What the author of a scenario imports from "perfbed". */
export { z } from "zod";
export type { Scenario, ScenarioContext, ScenarioDefinition, WorkloadSpec } from "./define";
export { defineScenario } from "./define";
export { pathJourneys } from "./journeys/paths";
export { storefrontJourneys } from "./journeys/storefront";
export type {
  ArrivalProfile,
  ArrivalStage,
  Check,
  Extraction,
  Feeder,
  HttpRequest,
  Journey,
  NativeScript,
  ServiceLevelObjective,
  Step,
  ThinkTime,
  Workload,
} from "./model";
