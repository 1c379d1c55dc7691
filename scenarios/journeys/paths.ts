import type { Journey } from "../model";
import { readingTime } from "./think";

/** A path as a step name: `/api/items` is `api-items`, `/` is `root`. */
function stepName(path: string): string {
  const words =
    path
      .split("?")[0]
      ?.replace(/[^A-Za-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") ?? "";
  return words === "" ? "root" : words.slice(0, 50);
}

/**
 * For an application perfbed knows nothing of: one journey that gets each path in order, with a pause of 1 s (mean) between two.
 */
export function pathJourneys(paths: readonly string[], thinkTimeScale: number): readonly Journey[] {
  const used = new Map<string, number>();
  return [
    {
      name: "visit",
      weight: 1,
      steps: paths.map((path, index) => {
        const name = stepName(path);
        const count = (used.get(name) ?? 0) + 1;
        used.set(name, count);
        return {
          name: count === 1 ? name : `${name}-${count}`,
          request: { method: "GET" as const, path },
          ...(index === paths.length - 1 ? {} : { thinkTime: readingTime(1, thinkTimeScale) }),
        };
      }),
    },
  ];
}
