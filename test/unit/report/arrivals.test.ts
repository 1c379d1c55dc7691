import { arrivalsText, precisionText } from "../../../report/arrivals";

const counts = { planned: 0, started: 1200, dropped: 0, achievedRatio: 0 };

test("started arrivals stand beside the planned ones, or beside the reason why none were planned", () => {
  expect(arrivalsText({ ...counts, planned: 1250, achievedRatio: 0.96 })).toMatch(/of .*250 planned \(96/);
  const closed = arrivalsText({ ...counts, unplanned: "closed model" });
  expect(closed).toContain("not checked against a plan: closed model");
  expect(closed).not.toContain("%");
});

test("percentiles are called exact only where they are", () => {
  expect(precisionText({})).toContain("exact");
  expect(precisionText({ histogram: { relativeError: 1 / 2048, slotSeconds: 1 } })).toMatch(
    /within 0\.049\s% .*histograms/,
  );
});
