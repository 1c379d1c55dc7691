export { renderComparisonMarkdown } from "./comment";
export type { ComparisonReport } from "./model";
export { renderComparisonHtml } from "./page";
export { renderComparisonSummary } from "./terminal";
export { renderVerdict, VERDICT_FILE, writeComparisonReports } from "./write";
