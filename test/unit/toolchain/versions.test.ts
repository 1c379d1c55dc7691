import fc from "fast-check";
import { toolSpec } from "../../../toolchain/catalogue";
import { parseVersion, versionProblem } from "../../../toolchain/probe-version";
import { Tool } from "../../../toolchain/tool";
import { compareVersions } from "../../../toolchain/versions";

describe("reading the version out of what a program prints", () => {
  // Real outputs of these programs.
  const outputs: readonly (readonly [Tool, string, string])[] = [
    [Tool.Pulumi, "v3.258.0\n", "3.258.0"],
    [Tool.Pulumi, "warning: A new version of Pulumi is available\nv3.120.0\n", "3.120.0"],
    [Tool.K6, "k6 v1.8.1 (go1.26.8, linux/amd64)\n", "1.8.1"],
    [Tool.K6, "k6 v0.49.0 (commit/99e1e3c6cb, go1.21.6, linux/amd64)\n", "0.49.0"],
    [Tool.Postgres, "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", "15.18"],
    [Tool.Postgres, "postgres (PostgreSQL) 18beta1\n", "18beta1"],
    [Tool.Pgbouncer, "PgBouncer 1.18.0\nlibevent 2.1.12-stable\nadns: c-ares 1.18.1\n", "1.18.0"],
    [Tool.Pgbouncer, "PgBouncer version 1.12.0\n", "1.12.0"],
    [
      Tool.Redis,
      "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c971a948f0\n",
      "7.0.15",
    ],
    [Tool.Redis, "Valkey server v=8.0.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64\n", "8.0.1"],
    [Tool.Haproxy, "HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/\n", "2.6.12"],
    [Tool.Haproxy, "HA-Proxy version 1.8.8-1ubuntu0.13 2022/09/13\n", "1.8.8"],
    [Tool.Varnish, "varnishd (varnish-7.1.1 revision 7cee1c581bead20e88d101ab3d72afb29f14d87a)\n", "7.1.1"],
    [Tool.Otelcol, "otelcol version 0.160.0\n", "0.160.0"],
    [Tool.Otelcol, "otelcol-contrib version v0.131.1\n", "0.131.1"],
    [Tool.Chromium, "Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)\n", "156.0.8078.79"],
    [Tool.Chromium, "Google Chrome 120.0.6099.109 \n", "120.0.6099.109"],
  ];
  test.each(outputs)("%s: %j is %s", (tool, output, version) => {
    expect(parseVersion(toolSpec(tool), output)).toBe(version);
  });

  test("output of another program has no version", () => {
    expect(parseVersion(toolSpec(Tool.K6), "v3.258.0\n")).toBeUndefined();
  });
});

describe("accepted versions", () => {
  const limits: readonly (readonly [Tool, string, boolean])[] = [
    [Tool.Pulumi, "3.119.9", false],
    [Tool.Pulumi, "3.120.0", true],
    [Tool.K6, "0.57.0", false],
    [Tool.K6, "1.0.0", true],
    [Tool.Postgres, "13.22", false],
    [Tool.Postgres, "14", true],
    [Tool.Postgres, "18beta1", true],
    [Tool.Pgbouncer, "1.15.0", false],
    [Tool.Pgbouncer, "1.16.0", true],
    [Tool.Redis, "6.0.16", false],
    [Tool.Redis, "6.2.0", true],
    [Tool.Haproxy, "2.2.9", false],
    [Tool.Haproxy, "2.4.22", true],
    [Tool.Haproxy, "3.0.1", true],
    [Tool.Otelcol, "0.99.0", false],
    [Tool.Otelcol, "0.160.0", true],
    [Tool.Varnish, "5.2.1", false],
    [Tool.Varnish, "6.0.11", true],
  ];
  test.each(limits)("%s %s: %s", (tool, version, accepted) => {
    expect(versionProblem(toolSpec(tool), version) === undefined).toBe(accepted);
  });

  test("a refused version names both versions", () => {
    expect(versionProblem(toolSpec(Tool.K6), "0.49.0")).toBe("is version 0.49.0, needed is 1.0 or later");
  });
});

describe("comparing versions", () => {
  test("parts compare as numbers, not as text", () => {
    expect(compareVersions("1.10", "1.9")).toBe(1);
  });

  test("missing parts count as zero", () => {
    expect(compareVersions("14", "14.0.0")).toBe(0);
  });

  test("is a total order on dotted numbers", () => {
    const version = fc.array(fc.nat(300), { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(compareVersions(a, b)).toBe(-compareVersions(b, a) || 0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
      { seed: 7 },
    );
  });
});
