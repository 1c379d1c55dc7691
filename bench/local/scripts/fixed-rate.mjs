// A user's script with arrivals at a fixed rate.
import { check } from "k6";
import http from "k6/http";

export const options = {
  scenarios: {
    open: {
      executor: "constant-arrival-rate",
      rate: Number(__ENV.BENCH_RATE),
      timeUnit: "1s",
      duration: `${__ENV.BENCH_SECONDS}s`,
      preAllocatedVUs: 40,
      maxVUs: 400,
      gracefulStop: "5s",
    },
  },
};

export default function visit() {
  const response = http.get(`${__ENV.BASE_URL}/products/1`);
  check(response, { "status is 200": (answer) => answer.status === 200 });
}
