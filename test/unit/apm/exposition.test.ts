import { parseExposition } from "../../../campaign/apm/exposition";

test("samples are read with their kind, their labels and their value", () => {
  const text = `# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{method="GET",path="/a\\"b\\\\c\\nd"} 1027 1395066363000
http_requests_total{method="POST",} 3
# TYPE duration_seconds histogram
duration_seconds_bucket{le="+Inf"} 144320
duration_seconds_sum 53423.5
duration_seconds_count 144320

untyped_thing -1.5e3
infinite +Inf
no_number NaN
broken{ 1
`;
  expect(parseExposition(text)).toEqual([
    {
      name: "http_requests_total",
      kind: "counter",
      labels: { method: "GET", path: '/a"b\\c\nd' },
      value: 1027,
    },
    { name: "http_requests_total", kind: "counter", labels: { method: "POST" }, value: 3 },
    { name: "duration_seconds_bucket", kind: "histogram", labels: { le: "+Inf" }, value: 144_320 },
    { name: "duration_seconds_sum", kind: "histogram", labels: {}, value: 53_423.5 },
    { name: "duration_seconds_count", kind: "histogram", labels: {}, value: 144_320 },
    { name: "untyped_thing", kind: "untyped", labels: {}, value: -1_500 },
    { name: "infinite", kind: "untyped", labels: {}, value: Number.POSITIVE_INFINITY },
  ]);
});

test("what is no exposition at all gives no samples", () => {
  expect(parseExposition("<!doctype html><title>404</title>")).toEqual([]);
});
