// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the journey, not of this module
import { join } from "node:path";
import type { Workload } from "../../scenarios/model";

/** What of the model is beyond arrivals of linear journeys: a chain, uploads, picks, another endpoint, secrets, virtual users. */
export const variedWorkload: Workload = {
  scenario: "varied",
  description: "A chain, and everything that only some scenarios need.",
  seed: 11,
  warmup: { startRatePerSecond: 0, stages: [] },
  arrival: { startRatePerSecond: 0, stages: [{ durationSeconds: 20, ratePerSecond: 0, label: "visits" }] },
  executor: {
    kind: "iterations-per-user",
    users: 3,
    iterations: 12,
    maxSeconds: 20,
    pause: { distribution: "uniform", minSeconds: 0.01, maxSeconds: 0.05 },
  },
  journeys: [
    {
      name: "wander",
      weight: 2,
      feeders: [{ kind: "random-int", name: "shelf", min: 1, max: 1000 }],
      steps: [
        {
          name: "home",
          request: { method: "GET", path: "/home?shelf=${shelf}" },
          thinkTime: { distribution: "uniform", minSeconds: 0.001, maxSeconds: 0.02 },
        },
        {
          name: "many",
          request: { method: "GET", path: "/many" },
          extract: [{ kind: "json", name: "item", path: "items.*.id", pick: "random" }],
        },
        {
          name: "look-up",
          request: { method: "GET", path: "/look-up/${shelf}", timeoutSeconds: 5 },
          thinkTime: { distribution: "constant", meanSeconds: 0.01 },
        },
      ],
      chain: {
        entry: { home: 0.75, "look-up": 0.25 },
        transitions: [
          { from: "home", to: "many", probability: 0.6 },
          { from: "home", to: "exit", probability: 0.4 },
          { from: "many", to: "look-up", probability: 0.5 },
          { from: "many", to: "many", probability: 0.3 },
          { from: "many", to: "exit", probability: 0.2 },
          { from: "look-up", to: "home", probability: 0.5 },
          { from: "look-up", to: "exit", probability: 0.5 },
        ],
      },
    },
    {
      name: "send",
      weight: 1,
      feeders: [
        { kind: "choice", name: "words", values: ["oak desk", 'a "kettle"'], per: "step" },
        { kind: "unique-id", name: "parcel", prefix: "p-" },
      ],
      steps: [
        {
          name: "upload",
          request: {
            method: "POST",
            path: "/upload?of=${words}",
            headers: { authorization: "Bearer ${env.PERFBED_TEST_TOKEN}" },
            multipart: [
              { kind: "field", name: "parcel", value: "${parcel}" },
              {
                kind: "file",
                name: "label",
                file: join(__dirname, "varied-label.txt"),
                fileName: "label.txt",
                contentType: "text/plain",
              },
            ],
          },
          extract: [
            { kind: "regex", name: "whole", pattern: '"(kind)":"(\\w+)"', group: 0 },
            { kind: "regex", name: "second", pattern: '"(kind)":"(\\w+)"', group: 2 },
            { kind: "json", name: "last", path: "items.*.id", pick: "last" },
            { kind: "regex", name: "any", pattern: '"(id)":(\\d+)', group: 2, pick: "random" },
          ],
        },
        {
          name: "found",
          endpoint: "back-office",
          request: {
            method: "GET",
            path: "/found?whole=${whole}&second=${second}&last=${last}&any=${any}&of=${words}",
          },
        },
      ],
    },
  ],
  slos: [],
  parameters: {},
};
