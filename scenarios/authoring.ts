/** What the author of a scenario imports from "perfbed". */
export { z } from "zod";
export type { Scenario, ScenarioContext, ScenarioDefinition, WorkloadSpec } from "./define";
export { defineScenario } from "./define";
export type {
  ArrivalTrace,
  Executor,
  ExternalRate,
  IterationsPerUser,
  UserStage,
  VirtualUsers,
} from "./executor";
export { profileOfCounts } from "./executor-plan";
export { pathJourneys } from "./journeys/paths";
export { storefrontJourneys } from "./journeys/storefront";
export type {
  ArrivalProfile,
  ArrivalStage,
  Chain,
  Check,
  Extraction,
  Feeder,
  GrpcStep,
  HttpRequest,
  HttpStep,
  Journey,
  MultipartPart,
  NativeScript,
  ServiceLevelObjective,
  Setup,
  SocketStep,
  Step,
  TableFeeder,
  ThinkTime,
  Transition,
  Workload,
} from "./model";
export { EXIT, isHttpStep } from "./model";
export { evenArrivals, type ReplayedCurve, randomArrivals, replayedCounts, transitionsOf } from "./replay";
export { readArrivalTrace } from "./trace-file";
