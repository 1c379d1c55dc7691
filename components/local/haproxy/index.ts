export { HaproxyBalance, type HaproxyConfigOptions, renderHaproxyConfig } from "./config";
export { HaproxyError, HaproxyErrorCode } from "./errors";
export {
  type DrainOutcome,
  HaproxyRuntime,
  type HaproxyRuntimeOptions,
  type HaproxyServerAddress,
} from "./runtime";
export {
  type HaproxyStat,
  HaproxyStatKind,
  parseShowStat,
  type ResponseCounts,
  totalResponses,
} from "./stat";
