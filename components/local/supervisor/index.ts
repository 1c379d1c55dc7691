/** Starts, finds and ends the real processes of local environments, and proves that nothing of them is left. */
export { cpuQuotaSupport } from "./cgroup-hierarchy";
export { extendExpiry, setOwnerProcess } from "./environment-record";
export { isAlive, ownProcess, type ProcessRef, processIdentity, processRef } from "./identity";
export { takeInventory } from "./inventory";
export * from "./inventory-model";
export type { Exit } from "./launch";
export { type Ledger, readLedger } from "./ledger";
export type { LedgerEntry } from "./ledger-entries";
export { listEnvironments } from "./list-environments";
export { type LockOptions, withLock } from "./lock";
export { releasePorts, reservePorts } from "./ports";
export { type PrepareOptions, prepareEnvironment } from "./prepare-environment";
export { runOnce, type StartOptions, startProcess } from "./start-process";
export { type StopOutcome, stopProcess } from "./stop-process";
export { type SweepOptions, sweepEnvironment } from "./sweep";
export { signalProcess } from "./termination";
export * from "./types";
