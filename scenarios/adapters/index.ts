import type { LoadTool } from "../model";
import type { LoadToolAdapter } from "./adapter";
import { gatlingAdapter } from "./gatling/adapter";
import { jmeterAdapter } from "./jmeter/adapter";
import { k6Adapter } from "./k6";
import { locustAdapter } from "./locust/adapter";

/** The adapter of a tool. */
export function adapterOf(tool: LoadTool): LoadToolAdapter {
  switch (tool) {
    case "k6":
      return k6Adapter;
    case "locust":
      return locustAdapter;
    case "gatling":
      return gatlingAdapter;
    case "jmeter":
      return jmeterAdapter;
  }
}
