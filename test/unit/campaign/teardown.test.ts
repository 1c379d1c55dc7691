import type { EngineStack } from "../../../campaign/engine";
import { silentObserver } from "../../../campaign/observer";
import { tearDown } from "../../../campaign/teardown";
import type { TeardownProof } from "../../../report/model";

const proof: TeardownProof = { proved: true, at: "2030-01-01T00:00:00.000Z", checked: [] };

/** Tears an environment down whose parts say when they are asked. */
async function record(options: { readonly stack: boolean; readonly beforeDestroy?: () => void }) {
  const happened: string[] = [];
  const stack: EngineStack = {
    up: async () => {},
    outputs: async () => ({}),
    async destroy() {
      happened.push("destroy");
    },
  };
  const target = {
    destroyDeadlineMs: 1_000,
    proveText: "looking",
    async beforeDestroy(environmentId: string) {
      happened.push(`before ${environmentId}`);
      options.beforeDestroy?.();
    },
    async sweep() {
      happened.push("sweep");
      return proof;
    },
  };
  const observer = { ...silentObserver, note: (text: string) => happened.push(text) };
  const found = await tearDown("shop", target, options.stack ? stack : undefined, observer);
  return { found, happened };
}

test("what would keep Pulumi from destroying goes first", async () => {
  const { found, happened } = await record({ stack: true });
  expect(happened).toEqual(["before shop", "destroy", "sweep"]);
  expect(found).toBe(proof);
});

test("when that fails it is said, and both destroy and sweep go on", async () => {
  const { found, happened } = await record({
    stack: true,
    beforeDestroy: () => {
      throw new Error("access denied\nand more");
    },
  });
  expect(happened).toEqual([
    "before shop",
    "What Pulumi does not know of is left to the sweep (access denied)",
    "destroy",
    "sweep",
  ]);
  expect(found).toBe(proof);
});

test("without a stack the sweep does all of it", async () => {
  expect((await record({ stack: false })).happened).toEqual(["sweep"]);
});
