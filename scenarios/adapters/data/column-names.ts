import type { Step } from "../../model";

/** How the columns of data files, and with them the variables of Locust, Gatling and JMeter, are called. */

/** A variable as a name that every tool takes: `users.email` as `users_email`, `env.TOKEN` as `env_TOKEN`. */
export const columnName = (variable: string): string => variable.replaceAll(".", "_");

const wordOf = (step: Step): string => step.name.replaceAll("-", "_");

/** What is drawn anew for each step has a name for each: `item` as `item_at_product`. */
export const stepColumn = (variable: string, step: Step): string => `${variable}_at_${wordOf(step)}`;

/** The pause after a step, milliseconds. */
export const pauseColumn = (step: Step): string => `pause_ms_${wordOf(step)}`;

/** The number, 0 to 1, by which one of several found values is taken. */
export const pickColumn = (variable: string, step: Step): string => stepColumn(`pick_${variable}`, step);

/** Between the words of a path and the values of one column. */
export const SEPARATOR = "|";

/** The way of a visit through a chain: see chainPath. */
export const PATH_COLUMN = "path";

/** The values of a variable for each time that a step of a chain is made: percent-encoded, with SEPARATOR between them. */
export const eachColumn = (name: string): string => `each_${name}`;
