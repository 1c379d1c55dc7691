import * as fc from "fast-check";
import { choosePortRange } from "../../../components/local/supervisor/ports";
import { parseListening } from "../../../components/local/supervisor/sockets";

test("ports come from 20000 to 31999 beside the kernel's usual range", () => {
  expect(choosePortRange("32768\t60999\n")).toEqual({ from: 20000, to: 31999 });
});

test("whatever range the kernel uses for outgoing connections, perfbed's does not touch it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1024, max: 64_000 }),
      fc.integer({ min: 0, max: 64_000 }),
      (low, length) => {
        const high = Math.min(65_535, low + length);
        let range: { from: number; to: number };
        try {
          range = choosePortRange(`${low}\t${high}`);
        } catch (error) {
          // Refused only where neither side has room.
          expect(error).toMatchObject({ code: "PERFBED_NO_PORTS" });
          expect(low - 1_025).toBeLessThanOrEqual(501);
          expect(65_535 - high).toBeLessThanOrEqual(501);
          return;
        }
        expect(range.to < low || range.from > high).toBe(true);
        expect(range.from).toBeGreaterThan(1_024);
        expect(range.to).toBeLessThanOrEqual(65_535);
        expect(range.to - range.from).toBeGreaterThanOrEqual(500);
      },
    ),
  );
});

test("listening sockets are read from the kernel's tables, connections are not", () => {
  const row = (local: string, state: string, inode: number): string =>
    `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000 100 0 0 10 0`;
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    row("0100007F:4E21", "0A", 11),
    row("00000000:0050", "0A", 12),
    row("0100007F:4E22", "01", 13),
    row("00000000000000000000000001000000:1F90", "0A", 14),
    row("00000000000000000000000000000000:1F91", "0A", 15),
    row("0000000000000000FFFF00000100007F:1F92", "0A", 16),
  ].join("\n");
  expect(parseListening(table)).toEqual([
    { address: "127.0.0.1", port: 20001, inode: "11" },
    { address: "0.0.0.0", port: 80, inode: "12" },
    { address: "::1", port: 8080, inode: "14" },
    { address: "::", port: 8081, inode: "15" },
    { address: "127.0.0.1", port: 8082, inode: "16" },
  ]);
});
