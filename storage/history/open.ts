import { LocalFiles } from "./local-files";
import type { HistoryLocation } from "./location";
import type { HistoryStore } from "./model";

/** Opens a history. Touches nothing yet: `prepare` says whether it can be used. Close it when done. */
export async function openHistory(location: HistoryLocation): Promise<HistoryStore> {
  const { address, text } = location;
  switch (address.kind) {
    // The database's library and the SDK take a moment to load: only who uses them waits.
    case "folder": {
      const { ParquetHistory } = await import("./parquet-history");
      return new ParquetHistory(new LocalFiles(address.folder));
    }
    case "s3": {
      const { ParquetHistory } = await import("./parquet-history");
      const { S3Files } = await import("./s3-files");
      return new ParquetHistory(new S3Files(address));
    }
    case "postgres": {
      const { PostgresHistory } = await import("./postgres-history");
      return new PostgresHistory({ ...address, location: text });
    }
  }
}
