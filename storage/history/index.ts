export { HistoryError } from "./errors";
export { type AddressSource, HistoryLocation } from "./location";
export * from "./model";
export { openHistory } from "./open";
export { groupSeries, type HistorySeries, type SeriesKey } from "./series";
