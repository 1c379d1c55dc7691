import { chooseHistory, planHistory } from "../../../campaign/history/location";
import { ConfigError } from "../../../core/errors";
import { HistoryLocation } from "../../../storage/history";

const parse = (text: string, source: "argument" | "setting" = "argument"): HistoryLocation =>
  HistoryLocation.parse(text, { field: "--history", source, baseDir: "/place" });

function problemOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return JSON.stringify(error.problems);
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("address of a history", () => {
  test("is a folder from where it was written", () => {
    expect(parse("results/history").address).toEqual({ kind: "folder", folder: "/place/results/history" });
    expect(parse("/var/history").text).toBe("/var/history");
  });

  test("is a bucket with a prefix, and where another service is meant, its endpoint and region", () => {
    expect(parse("s3://bucket").address).toEqual({ kind: "s3", bucket: "bucket", prefix: "" });
    expect(
      parse("s3://bucket/a/b/?region=eu-west-1&endpoint=http://127.0.0.1:9000&pathStyle=false").address,
    ).toEqual({
      kind: "s3",
      bucket: "bucket",
      prefix: "a/b",
      region: "eu-west-1",
      endpoint: "http://127.0.0.1:9000",
      pathStyle: false,
    });
  });

  test("is a database, whose password never shows in text or JSON", () => {
    const location = parse("postgres://ci:s3cret@db:5432/perf?schema=shop&sslmode=require", "setting");
    expect(location.address).toEqual({
      kind: "postgres",
      connectionString: "postgres://ci:s3cret@db:5432/perf?sslmode=require",
      schema: "shop",
    });
    expect(`${location} ${JSON.stringify({ location })}`).not.toContain("s3cret");
    expect(location.text).toBe("postgres://ci@db:5432/perf?schema=shop");
  });

  test("may not hold a password where every user of the machine reads it", () => {
    for (const text of ["postgres://ci:s3cret@db/perf", "postgres://ci@db/perf?password=s3cret"]) {
      const problem = problemOf(() => parse(text));
      expect(problem).toContain("PGPASSWORD");
      expect(problem).not.toContain("s3cret");
    }
  });

  test.each([
    ["", "s3://bucket/prefix or postgres"],
    ["ftp://host/x", "s3://bucket/prefix or postgres"],
    ["s3://bucket/x?regoin=eu", "region, endpoint, pathStyle"],
    ["s3://key:secret@bucket/x", "no keys in the address"],
    ["s3://bucket/x?endpoint=minio", "an http or https address"],
    ["postgres://db/perf?schema=", "a schema name"],
  ])("%j is refused, saying what is allowed", (text, allowed) => {
    expect(problemOf(() => parse(text))).toContain(allowed);
  });
});

describe("choice of a history", () => {
  const config = { results: "out", history: "kept" };

  test("goes from the option over the environment and the config file to the results folder", () => {
    const env = { PERFBED_HISTORY: "/from-env" };
    const choice = { config, configDir: "/conf", cwd: "/place" };
    expect(chooseHistory({ ...choice, option: "mine" }, env).text).toBe("/place/mine");
    expect(chooseHistory(choice, env).text).toBe("/from-env");
    expect(chooseHistory(choice, {}).text).toBe("/conf/kept");
    expect(chooseHistory({ ...choice, config: { results: "out" } }, {}).text).toBe("/place/out/history");
    expect(chooseHistory({ ...choice, config: { results: "out" }, results: "r" }, {}).text).toBe(
      "/place/r/history",
    );
  });

  test("is none with --no-history", () => {
    expect(planHistory({ history: false, cwd: "/place" }, config, "/conf")).toBeUndefined();
  });
});
