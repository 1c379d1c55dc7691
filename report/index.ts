export { renderHtml } from "./html/page";
export { renderJson } from "./json";
export { renderMarkdown } from "./markdown";
export type { ReportData, TeardownProof } from "./model";
export { renderTerminalSummary, type TerminalSummaryOptions } from "./terminal";
export { type ReportFiles, writeReports } from "./write";
