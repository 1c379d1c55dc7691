import { checksumOf, k6ReleaseName } from "../../../toolchain/installers/k6";

const SUM = "0f".repeat(32);

test("the checksum of exactly this file is found", () => {
  const text = `${"aa".repeat(32)}  k6-v1.8.1-linux-amd64.rpm\n${SUM}  k6-v1.8.1-linux-amd64.tar.gz\n`;
  expect(checksumOf("k6-v1.8.1-linux-amd64.tar.gz", text)).toBe(SUM);
});

test("binary mode marks and upper case are understood", () => {
  expect(checksumOf("k6.zip", `${SUM.toUpperCase()} *k6.zip`)).toBe(SUM);
});

test("a page that is no checksums file has none", () => {
  expect(checksumOf("k6.zip", "<html><body>k6.zip moved</body></html>")).toBeUndefined();
});

test("releases are named by k6's own platform names", () => {
  expect(k6ReleaseName("darwin", "arm64")).toBe("k6-v1.8.1-macos-arm64");
  expect(k6ReleaseName("sunos", "x64")).toBeUndefined();
});
