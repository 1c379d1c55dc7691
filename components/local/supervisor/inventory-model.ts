import type { ProcessIdentity } from "./types";

/** Why a process counts as part of an environment. */
export enum Evidence {
  /** Its environment variables name the environment. */
  Variables = "variables",
  /** Its working or root folder lies in the environment's folder, and it has no terminal. */
  Folder = "folder",
  /** Its standard output or error goes to a file of the environment. */
  Output = "output",
  /** It is in a control group of the environment. */
  ControlGroup = "control-group",
  /** The ledger recorded this very process. */
  Ledger = "ledger",
  /** It descends from, or shares a session with, a process that belongs. */
  Kinship = "kinship",
}

export interface InventoryProcess extends ProcessIdentity {
  /** Program name as the kernel knows it. */
  readonly command: string;
  /** Name in the ledger, of itself or of the recorded process it belongs to. Absent: unrecorded (the engine, for one). */
  readonly name?: string;
  readonly tier?: string;
  readonly evidence: Evidence;
}

export interface ListeningPort {
  readonly port: number;
  readonly address: string;
  /** Absent when no process can be shown to hold it. */
  readonly pid?: number;
}

/** What exists of an environment, read from the world at one moment. */
export interface Inventory {
  readonly environmentId: string;
  /** ISO 8601 in UTC. */
  readonly takenAt: string;
  readonly processes: readonly InventoryProcess[];
  /** Ports its processes listen on, and reserved ports that anybody listens on. */
  readonly listening: readonly ListeningPort[];
  readonly reservedPorts: readonly number[];
  readonly cgroups: readonly string[];
  readonly unixSockets: readonly string[];
  /** Ids of System V shared memory segments that its processes made. */
  readonly sharedMemory: readonly number[];
  /** Absent when gone. */
  readonly folder?: string;
  /** Nothing at all is left. */
  readonly empty: boolean;
}

/** One line of a proof; the shape of the report's TeardownProof.checked. */
export interface SweepCheck {
  readonly what: string;
  readonly found: number;
  readonly detail: string;
}

export interface SweepResult {
  readonly environmentId: string;
  /** ISO 8601 in UTC: when the proof was taken. */
  readonly at: string;
  readonly durationMs: number;
  readonly removed: {
    /** `name (pid)`, in the order they were ended. */
    readonly processes: readonly string[];
    /** How many of them had to be killed. */
    readonly killed: number;
    readonly ports: readonly number[];
    readonly cgroups: readonly string[];
    /** Absent when there was none. */
    readonly folder?: string;
  };
  readonly remaining: Inventory;
  readonly proved: boolean;
  readonly checks: readonly SweepCheck[];
}

export enum EnvironmentState {
  Standing = "standing",
  /** A sweep has begun (or was interrupted). */
  Closing = "closing",
  /** The folder is there, its environment.json is not readable. */
  Broken = "broken",
  /** Processes carry the id, the folder is gone. */
  Orphaned = "orphaned",
}

export interface EnvironmentSummary {
  readonly environmentId: string;
  readonly state: EnvironmentState;
  /** Absent where environment.json cannot be read. */
  readonly owner?: string;
  readonly createdAt?: string;
  readonly expiresAt?: string;
  readonly expired: boolean;
  /** It was made by a process that ends it (a campaign); otherwise it stands until destroyed or expired. */
  readonly owned: boolean;
  readonly ownerAlive: boolean;
  readonly processCount: number;
  readonly folder?: string;
}
