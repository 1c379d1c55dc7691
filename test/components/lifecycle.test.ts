import { z } from "zod";
import { leaseChanged } from "../../components/local/foundation/environment";
import { lifecycle } from "../../components/local/provider/lifecycle";

const PROVIDER = "__provider";

/** A kind of resource with one input of every sort. */
const life = lifecycle({
  inputs: z.object({
    fixed: z.string(),
    resizable: z.number(),
    passing: z.number(),
    optional: z.string().optional(),
  }),
  outputs: z.object({ port: z.number() }),
  create: async ({ fixed }) => ({ id: fixed, outputs: { port: 1 } }),
  updatable: ["resizable"],
  replacesAnyway: (olds, news) => (news.resizable > olds.resizable * 10 ? ["resizable"] : []),
  ignores: (key) => key === "passing",
  update: async (olds, news) => ({ port: olds.port + news.resizable }),
  delete: async () => {},
});
const inputs = { fixed: "a", resizable: 5, passing: 1, [PROVIDER]: "code 1" };
const state = { ...inputs, port: 7 };

describe("what a change of inputs does to a resource", () => {
  test("nothing, when nothing changed: outputs and the order of keys do not count", () => {
    const { fixed, resizable, passing } = inputs;
    const news = { [PROVIDER]: "code 1", passing, resizable, fixed };
    expect(life.diff(state, news)).toEqual({ changes: false, replaces: [], deleteBeforeReplace: true });
  });

  test("a replacement, for an input the running resource cannot take over", () => {
    expect(life.diff(state, { ...inputs, fixed: "b" })).toMatchObject({ changes: true, replaces: ["fixed"] });
    expect(life.diff(state, { ...inputs, optional: "x" })).toMatchObject({ replaces: ["optional"] });
    expect(life.diff({ ...state, optional: "x" }, inputs)).toMatchObject({ replaces: ["optional"] });
  });

  test("an update in place, for one it can, unless the step is too large", () => {
    expect(life.diff(state, { ...inputs, resizable: 6 })).toMatchObject({ changes: true, replaces: [] });
    expect(life.diff(state, { ...inputs, resizable: 60 })).toMatchObject({ replaces: ["resizable"] });
  });

  test("nothing, for an input that does not matter once the resource stands", () => {
    expect(life.diff(state, { ...inputs, passing: 2 })).toMatchObject({ changes: false });
  });

  test("an update in place, when only the provider's code is newer, and it touches nothing", async () => {
    const news = { ...inputs, [PROVIDER]: "code 2" };
    expect(life.diff(state, news)).toMatchObject({ changes: true, replaces: [] });
    expect(await life.update("a", state, news)).toEqual({ fixed: "a", resizable: 5, passing: 1, port: 7 });
  });

  test("an update hands old state and new inputs over and keeps what it returns", async () => {
    const news = { ...inputs, resizable: 6 };
    expect(await life.update("a", state, news)).toEqual({ fixed: "a", resizable: 6, passing: 1, port: 13 });
  });

  test("state of another shape counts as changed rather than failing", () => {
    expect(life.diff({ [PROVIDER]: "code 0", old: true }, inputs)).toMatchObject({ changes: true });
  });
});

describe("the lease of an environment", () => {
  const old = { leasedAt: "2030-01-01T00:00:00.000Z", expiresAt: "2030-01-01T04:00:00.000Z" };
  const now = new Date("2030-01-01T01:30:00.000Z");

  test("the same length counted from now is no change", () => {
    expect(leaseChanged(old, "2030-01-01T05:30:00.000Z", now)).toBe(false);
    expect(leaseChanged(old, "2030-01-01T05:33:00.000Z", now)).toBe(false);
  });
  test("the same moment is no change, however late it is", () => {
    expect(leaseChanged(old, old.expiresAt, now)).toBe(false);
  });
  test("another length is a change", () => {
    expect(leaseChanged(old, "2030-01-01T09:30:00.000Z", now)).toBe(true);
    expect(leaseChanged(old, "2030-01-01T02:30:00.000Z", now)).toBe(true);
  });
});
