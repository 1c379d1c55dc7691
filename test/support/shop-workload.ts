// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the journey, not of this module
import type { Workload } from "../../scenarios/model";

/** A small shop with one of everything that a tool has to render, short enough to be read as its native file. */
export const shopWorkload: Workload = {
  scenario: "shop",
  description: "A small shop, to be read.",
  seed: 3,
  warmup: { startRatePerSecond: 1, stages: [{ durationSeconds: 5, ratePerSecond: 3, label: "warm-up" }] },
  arrival: {
    startRatePerSecond: 3,
    stages: [
      { durationSeconds: 10, ratePerSecond: 9, label: "ramp" },
      { durationSeconds: 0, ratePerSecond: 30, label: "spike" },
      { durationSeconds: 2.5, ratePerSecond: 30, label: "spike" },
    ],
  },
  journeys: [
    {
      name: "browse",
      weight: 2,
      feeders: [
        { kind: "zipf", name: "product", min: 1, max: 1000, exponent: 0.9 },
        { kind: "choice", name: "words", values: ["oak desk", "tent"], weights: [2, 1] },
      ],
      steps: [
        {
          name: "search",
          request: { method: "GET", path: "/search?q=${words}" },
          thinkTime: { distribution: "exponential", meanSeconds: 1, maxSeconds: 5 },
        },
        {
          name: "product",
          request: { method: "GET", path: "/products/${product}", timeoutSeconds: 3 },
          checks: [{ kind: "body-contains", text: "price" }],
        },
      ],
    },
    {
      name: "check-out",
      weight: 1,
      feeders: [{ kind: "unique-id", name: "order", prefix: "o-" }],
      steps: [
        {
          name: "cart",
          request: { method: "POST", path: "/carts", body: '{"order": "${order}"}' },
          checks: [{ kind: "status", statuses: [201] }],
          extract: [
            { kind: "json", name: "cart", path: "items.0.id" },
            { kind: "header", name: "token", header: "x-token" },
          ],
          thinkTime: { distribution: "constant", meanSeconds: 0.5 },
        },
        {
          name: "pay",
          request: { method: "PUT", path: "/carts/${cart}/payment", headers: { "x-token": "${token}" } },
          checks: [{ kind: "json", path: "paid", equals: true }],
        },
      ],
    },
  ],
  slos: [],
  parameters: {},
};
