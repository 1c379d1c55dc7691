import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { isHttpStep, type MultipartPart, type Step, type Workload } from "../../model";

/** Where the files of multipart bodies stand beside the native files. */
const uploadsFolder = "data/files";

const stepsOf = (workload: Workload): readonly Step[] => [
  ...workload.journeys.flatMap((journey) => journey.steps),
  ...(workload.setup?.steps ?? []),
];

export type FilePart = Extract<MultipartPart, { kind: "file" }>;

/** The name under which a file is sent. */
export const sentName = (part: FilePart): string => part.fileName ?? basename(part.file);

export const sentType = (part: FilePart): string => part.contentType ?? "application/octet-stream";

const keyOf = (part: FilePart): string => JSON.stringify([part.file, sentName(part)]);

/** Names beside the script of the files that steps upload; each ends in the name that the file is sent under. */
export type UploadNames = ReadonlyMap<string, string>;

export const uploadName = (names: UploadNames, part: FilePart): string => names.get(keyOf(part)) ?? "";

export function uploadNames(workload: Workload): UploadNames {
  const names = new Map<string, string>();
  for (const step of stepsOf(workload)) {
    if (!isHttpStep(step)) continue;
    for (const part of step.request.multipart ?? []) {
      if (part.kind !== "file" || names.has(keyOf(part))) continue;
      const name = sentName(part).replaceAll("/", "_");
      const taken = [...names.values()].includes(`${uploadsFolder}/${name}`);
      names.set(keyOf(part), `${uploadsFolder}/${taken ? `${names.size + 1}/${name}` : name}`);
    }
  }
  return names;
}

/** Copies of those files, by name. */
export function uploadFiles(workload: Workload): Readonly<Record<string, Uint8Array>> {
  const names = uploadNames(workload);
  const parts = stepsOf(workload).flatMap((step) =>
    (isHttpStep(step) ? (step.request.multipart ?? []) : []).flatMap((part) =>
      part.kind === "file" ? [part] : [],
    ),
  );
  return Object.fromEntries(parts.map((part) => [uploadName(names, part), readFileSync(part.file)]));
}
