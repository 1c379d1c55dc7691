export { type Check, type CheckReport, loudness } from "./model";
export { checksOfComparison } from "./of-comparison";
export { checksOfRun } from "./of-run";
