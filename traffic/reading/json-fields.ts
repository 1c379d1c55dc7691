/** What a JSON log can say of a request. */
export const JSON_FIELDS = [
  "time",
  "method",
  "path",
  "query",
  "request",
  "status",
  "address",
  "agent",
  "session",
  "cookies",
] as const;
export type JsonField = (typeof JSON_FIELDS)[number];
