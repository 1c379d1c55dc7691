import { compiledModule } from "../../../core/home";
import { storefront } from "../../../sample/storefront/application";

test("the sample application as the local target sees it", () => {
  expect(storefront()).toMatchObject({
    name: "storefront",
    version: "baseline",
    command: [process.execPath, compiledModule("sample/storefront/main")],
    healthPath: "/health",
    readyPath: "/ready",
    metricsPath: "/metrics",
    environment: { APP_VARIANT: "baseline" },
    setup: { command: [process.execPath, compiledModule("sample/storefront/setup")] },
    drainSeconds: 10,
  });
});

test("version and variant are told apart", () => {
  expect(storefront("1.4.2", "n-plus-one")).toMatchObject({
    version: "1.4.2",
    environment: { APP_VARIANT: "n-plus-one" },
  });
});

test("an unknown variant is refused with those that exist", () => {
  expect(() => storefront("1", "faster")).toThrow(
    expect.objectContaining({
      code: "PERFBED_CONFIG",
      problems: [
        {
          field: "variant",
          value: "faster",
          allowed:
            "baseline, missing-index, n-plus-one, lost-cache, small-pool, slow-dependency, member-prices, improved",
        },
      ],
    }),
  );
});
