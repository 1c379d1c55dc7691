import { chooseForTermination } from "../../../components/local/autoscaler";

const instance = (ordinal: number, inService = true, protectedFromScaleIn = false) => ({
  name: `app-${ordinal}`,
  ordinal,
  inService,
  protectedFromScaleIn,
});
const names = (chosen: readonly { name: string }[]): string[] => chosen.map(({ name }) => name);

describe("the instances a scale-in ends", () => {
  it("are the newest ones", () => {
    expect(names(chooseForTermination([instance(1), instance(5), instance(3)], 2))).toEqual([
      "app-5",
      "app-3",
    ]);
  });

  it("are those that serve nobody yet, before any that does", () => {
    expect(names(chooseForTermination([instance(4), instance(2, false), instance(3)], 2))).toEqual([
      "app-2",
      "app-4",
    ]);
  });

  it("are never protected ones, even if that leaves fewer", () => {
    expect(
      names(chooseForTermination([instance(1), instance(2, true, true), instance(3, true, true)], 2)),
    ).toEqual(["app-1"]);
  });

  it("are none for a count of zero or less", () => {
    expect(chooseForTermination([instance(1)], 0)).toEqual([]);
    expect(chooseForTermination([instance(1)], -1)).toEqual([]);
  });
});
