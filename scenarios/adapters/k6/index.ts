export type { CompleteWorkload, ScriptInspection } from "./inspect";
export { completeWorkload, goDurationSeconds, hasPlannedArrivals, inspectScript, k6Message } from "./inspect";
export type { K6SampleContext } from "./parse";
export { k6IntegritySql, k6IterationsSql, k6SamplesSql } from "./parse";
export type { GeneratorShare, RenderedK6, RenderOptions } from "./render";
export { executionSegment, renderK6 } from "./render";
export type { SampleFile } from "./sample-file";
export { SampleOutput, sampleOutputOf } from "./sample-output";
export { gracefulStopSeconds, renderScript } from "./script";
