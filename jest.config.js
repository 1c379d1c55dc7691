/** Kinds of test live in folders of their own; slow kinds run one file at a time (see scripts/bootstrap.js). */
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
  modulePathIgnorePatterns: ["<rootDir>/dist/"],
  transform,
  ...extra,
});
module.exports = {
  // A busy machine is slower, not wrong: what a test waits for has deadlines of its own.
  testTimeout: 30_000,
  projects: ["unit", "components", "engine", "e2e", "fault", "browser"].map((name) => kind(name)),
};
