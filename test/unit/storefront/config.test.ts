import { ConfigError } from "../../../core/errors";
import { readConfig, readSetupConfig } from "../../../sample/storefront/config";

const complete = {
  PORT: "8080",
  DATABASE_URL: "postgres://shop:secret@127.0.0.1:5432/shop",
  REDIS_URL: "redis://127.0.0.1:6379",
};

function problemsOf(read: () => unknown): ConfigError {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

test("defaults: baseline, no replicas, 6 connections a role, warnings only", () => {
  expect(readConfig(complete)).toMatchObject({
    host: "127.0.0.1",
    port: 8080,
    readerUrls: [],
    variant: "baseline",
    poolSize: 6,
    logLevel: "warn",
    logSample: 0,
    drainDeadlineMs: 9_000,
  });
});

test("reader URLs are split, trimmed and unique, and the writer's own URL is no replica", () => {
  const replica = "postgres://shop:secret@127.0.0.1:5433/shop";
  const config = readConfig({
    ...complete,
    DATABASE_REPLICA_URLS: ` ${replica},${replica} ,${complete.DATABASE_URL},`,
  });
  expect(config.readerUrls).toEqual([replica]);
});

test("small-pool caps the pool whatever is configured", () => {
  expect(readConfig({ ...complete, DATABASE_POOL_SIZE: "20", APP_VARIANT: "small-pool" }).poolSize).toBe(1);
  expect(readConfig({ ...complete, DATABASE_POOL_SIZE: "20" }).poolSize).toBe(20);
});

test("every mistake is named at once, and no URL is quoted", () => {
  const error = problemsOf(() =>
    readConfig({
      PORT: "eighty",
      DATABASE_URL: "mysql://shop:secret@db",
      DATABASE_REPLICA_URLS: "nonsense:secret",
      APP_VARIANT: "slow",
      LOG_LEVEL: "loud",
      LOG_SAMPLE: "2",
      DATABASE_POOL_SIZE: "0",
      PRODUCT_TTL_SECONDS: "1.5",
    }),
  );
  expect(error.problems.map((problem) => problem.field).sort()).toEqual([
    "APP_VARIANT",
    "DATABASE_POOL_SIZE",
    "DATABASE_REPLICA_URLS",
    "DATABASE_URL",
    "LOG_LEVEL",
    "LOG_SAMPLE",
    "PORT",
    "PRODUCT_TTL_SECONDS",
    "REDIS_URL",
  ]);
  expect(JSON.stringify(error.problems)).not.toContain("secret");
});

test("set-up: 50,000 products unless told otherwise", () => {
  const admin = { DATABASE_ADMIN_URL: complete.DATABASE_URL };
  expect(readSetupConfig(admin)).toMatchObject({ productCount: 50_000, variant: "baseline" });
  expect(readSetupConfig({ ...admin, PRODUCT_COUNT: "1200", SEED: "3" })).toMatchObject({
    productCount: 1_200,
    seed: 3,
  });
  const error = problemsOf(() => readSetupConfig({ PRODUCT_COUNT: "-1", APP_VARIANT: "x" }));
  expect(error.problems.map((problem) => problem.field).sort()).toEqual([
    "APP_VARIANT",
    "DATABASE_ADMIN_URL",
    "PRODUCT_COUNT",
  ]);
});
