import type { LoadTool } from "../model";
import type { LoadToolAdapter } from "./adapter";
import { k6Adapter } from "./k6";

/** The adapter of a tool. */
export function adapterOf(tool: LoadTool): LoadToolAdapter {
  switch (tool) {
    case "k6":
      return k6Adapter;
  }
}
