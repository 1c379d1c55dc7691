import { sweepRank } from "../../../components/local/supervisor/sweep-order";

test("the engine and the autoscaler end first, the primary after everything that uses it, the watchdog last", () => {
  const processes = [
    { name: "watchdog", tier: "watchdog" },
    { name: "database-primary", tier: "database" },
    { name: "app-balancer", tier: "app" },
    { name: "cache", tier: "cache" },
    { name: "database-pool", tier: "database" },
    { name: "database-replica-1", tier: "database" },
    { name: "edge", tier: "edge" },
    { name: "generator-1", tier: "fleet" },
    { name: "app-autoscaler", tier: "app" },
  ];
  const order = [...processes].sort((a, b) => sweepRank(a) - sweepRank(b)).map(({ name }) => name);
  expect(order).toEqual([
    "app-autoscaler",
    "generator-1",
    "edge",
    "app-balancer",
    "database-pool",
    "cache",
    "database-replica-1",
    "database-primary",
    "watchdog",
  ]);
  expect(sweepRank(undefined)).toBe(sweepRank({ name: "app-autoscaler", tier: "app" }));
});
