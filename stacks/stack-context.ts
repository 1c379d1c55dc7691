import { createHash } from "node:crypto";

/** What a stack's program knows beside its configuration. */
export interface StackContext {
  /** Organisation, project and stack, which together name a stack. */
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  readonly user: string;
  /** Folder that relative paths start from. */
  readonly directory: string;
  readonly now: Date;
  /** Region of AWS where the configuration names none: the stack's own (`aws:region`), or that of the user's shell. */
  readonly region?: string;
}

type StackName = Pick<StackContext, "organization" | "project" | "stack">;

export interface IdParts {
  /** What it begins with. @default "pb" */
  readonly prefix?: string;
  /** What people recognise it by. @default the stack's name */
  readonly name?: string;
}

/** The same for a stack at every run, different for stacks of equal name in other projects, and for each name within a stack. */
export function stackEnvironmentId(context: StackName, parts: IdParts = {}): string {
  const { prefix = "pb", name } = parts;
  const shown = (name ?? context.stack)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 14)
    .replace(/^-+|-+$/g, "");
  const identity = [
    context.organization,
    context.project,
    context.stack,
    ...(name === undefined ? [] : [name]),
  ];
  const digest = createHash("sha256").update(identity.join("/")).digest("hex").slice(0, 5);
  return [prefix, ...(shown === "" ? [] : [shown]), digest].join("-");
}
