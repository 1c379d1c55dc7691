import { stretchesOf } from "../../../report/html/charts/gantt";
import { timeScale } from "../../../report/html/charts/scale";
import { laneText, placedMarks } from "../../../report/html/timeline/lanes";
import { decisions, instanceLanes, letterOf } from "../../../report/html/timeline/scaling";
import { instanceRange } from "../../../report/html/timeline/series";
import { reportFixture } from "../../support/report-fixture";

describe("scaling on the timeline", () => {
  const data = reportFixture();
  const lanes = instanceLanes(data.events, data.scaleOuts, 160);

  it("gives every instance a lane from launch over service to its end", () => {
    expect(lanes.map(({ instance }) => instance)).toEqual(["app-2", "app-3"]);
    expect(lanes[1]?.serving).toEqual({ fromSeconds: 47.322, toSeconds: 116.25 });
    expect(lanes[1]?.draining).toEqual({ fromSeconds: 116.25, toSeconds: 117.1 });
  });

  it("an instance that is never ended serves to the end of the run", () => {
    const started = data.events.filter(({ event }) => !/drain|ended/.test(event));
    expect(instanceLanes(started, data.scaleOuts, 160)[0]?.serving?.toSeconds).toBe(160);
  });

  it("never draws two marks of a lane over one another, and tells all of them in words", () => {
    const x = timeScale(-15, 160);
    const lane = lanes[1];
    if (lane === undefined) throw new Error("no lane");
    const ats = placedMarks(lane, x).map(({ atSeconds }) => x.at(atSeconds));
    for (const [index, at] of ats.entries())
      for (const other of ats.slice(index + 1)) expect(Math.abs(at - other)).toBeGreaterThan(0.04);
    expect(laneText(lane)).toBe(
      "decided 0:46, launched +0.04 s, ready +1 s, in service +1.1 s, first request +1.1 s; draining 1:56, ended +0.8 s",
    );
  });

  it("numbers the autoscaler's decisions in order of time", () => {
    expect(decisions(data).map(({ letter, event }) => [letter, Number(event.atSeconds.toFixed(3))])).toEqual([
      ["A", 35.12],
      ["B", 46.24],
      ["C", 116.2],
      ["D", 137.4],
    ]);
    expect(letterOf(27)).toBe("B2");
  });

  it("does not take an event of another tier, or an unknown one, for a scaling event", () => {
    const strange = [
      { atSeconds: 1, tier: "database", source: "x", event: "instance-launched", text: "" },
      { atSeconds: 1, tier: "app", source: "x", event: "toString", text: "" },
    ];
    expect(instanceLanes(strange, [], 10)).toEqual([]);
  });

  it("counts instances only inside the measured window", () => {
    expect(instanceRange(data)).toEqual({ min: 1, max: 3 });
    expect(instanceRange({ ...data, series: [] })).toBeUndefined();
  });
});

describe("scale-out lag", () => {
  const seen = {
    instance: "app-2",
    loadStepAtSeconds: 30,
    decidedMs: 5000,
    launchedMs: 5040,
    readyMs: 6000,
    inServiceMs: 6100,
    firstRequestMs: 6150,
  };

  it("splits the time from load step to first request without a hole", () => {
    const stretches = stretchesOf(seen);
    expect(stretches.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [0, 5000],
      [5000, 5040],
      [5040, 6000],
      [6000, 6100],
      [6100, 6150],
    ]);
  });

  it("leaves out what was not seen and never draws a negative length", () => {
    const odd = { ...seen, readyMs: null, inServiceMs: 6200, firstRequestMs: 6150 };
    const stretches = stretchesOf(odd);
    expect(stretches.every(({ fromMs, toMs }) => toMs >= fromMs)).toBe(true);
    expect(stretches.at(-1)?.toMs).toBe(6200);
    expect(
      stretchesOf({
        ...seen,
        decidedMs: null,
        launchedMs: null,
        readyMs: null,
        inServiceMs: null,
        firstRequestMs: null,
      }),
    ).toEqual([]);
  });
});
