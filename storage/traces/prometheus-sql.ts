import { literal } from "../engine";
import { METRIC_COLUMNS } from "./columns";

/** SELECT of METRIC_COLUMNS from a CSV file without header in column order, to which Prometheus metrics are spooled during a run. */
export function prometheusSql(csv: string): string {
  const columns = Object.entries(METRIC_COLUMNS).map(([name, type]) => `${literal(name)}: ${literal(type)}`);
  return `SELECT * FROM read_csv(${literal(csv)}, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"',
    columns = {${columns.join(", ")}}) ORDER BY atUs, instance, metric`;
}
