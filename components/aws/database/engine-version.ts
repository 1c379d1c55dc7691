import type { DatabaseSettings } from "../settings";

/** A major version: of each AWS retires minor versions after a year or two, and then makes no server of them any more. */
const DEFAULT_ENGINE_VERSION = "16";

/** The version of PostgreSQL that is asked for. */
export const engineVersionOf = ({ engineVersion }: Pick<DatabaseSettings, "engineVersion">): string =>
  engineVersion ?? DEFAULT_ENGINE_VERSION;
