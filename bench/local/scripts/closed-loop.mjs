// A user's script as it stands in many repositories: a fixed number of virtual users, each as fast as it can.
import { check } from "k6";
import http from "k6/http";

export const options = {
  scenarios: {
    closed: {
      executor: "constant-vus",
      vus: Number(__ENV.BENCH_VUS),
      duration: `${__ENV.BENCH_SECONDS}s`,
      gracefulStop: "5s",
    },
  },
};

export default function visit() {
  const response = http.get(`${__ENV.BASE_URL}/products/1`);
  check(response, { "status is 200": (answer) => answer.status === 200 });
}
