import { retryDelayMs } from "../../../components/local/watchdog/watch";

test("a sweep that proved nothing is repeated after one second, and ever more seldom", () => {
  expect([1, 2, 3, 4, 5, 6, 100].map(retryDelayMs)).toEqual([
    1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000,
  ]);
});
