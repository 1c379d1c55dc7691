/** Kinds of test live in folders of their own; those that measure run one file at a time (see scripts/bootstrap/tests.js). */
const transform = {
  "^.+\\.ts$": [
    "@swc/jest",
    { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
  ],
};
const kind = (name, extra = {}) => ({
  displayName: name,
  rootDir: __dirname,
  testEnvironment: "node",
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testPathIgnorePatterns: ["/node_modules/", "/test/[^/]+/measured/"],
  modulePathIgnorePatterns: ["<rootDir>/dist/"],
  transform,
  ...extra,
});
module.exports = {
  // A busy machine is slower, not wrong: what a test waits for has deadlines of its own.
  testTimeout: 30_000,
  projects: [
    ...["unit", "components", "engine", "e2e", "fault", "browser"].map((name) => kind(name)),
    // End-to-end and fault tests in which a load is judged: what runs beside them would be in their figures.
    kind("measured", {
      testMatch: ["<rootDir>/test/{e2e,fault}/measured/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/"],
    }),
  ],
};
