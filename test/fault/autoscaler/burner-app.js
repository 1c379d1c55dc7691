"use strict";
// A tiny application under test. Every loop and every wait in it is bounded.
const http = require("node:http");

const refusal = process.env.REFUSE_TO_START;
if (refusal) {
  console.error(`burner: ${refusal}`);
  process.exit(1);
}

let ready = true;
const bounded = (text, most) => Math.min(most, Math.max(0, Number(text) || 0));

/** Burns CPU time, not wall time, so that a quota makes it slower. */
function burn(milliseconds) {
  const before = process.cpuUsage();
  for (let used = 0; used < milliseconds * 1000; ) {
    for (let i = 0; i < 20_000; i++) Math.sqrt(i);
    const { user, system } = process.cpuUsage(before);
    used = user + system;
  }
}

const server = http.createServer((request, response) => {
  const url = new URL(request.url, "http://127.0.0.1");
  const ms = url.searchParams.get("ms");
  const send = (status, body) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  switch (url.pathname) {
    case "/ready":
      return send(ready ? 200 : 503, { ready });
    case "/burn":
      burn(bounded(ms, 100));
      return send(200, { burnt: true });
    case "/slow":
      return setTimeout(() => send(200, { slow: true }), bounded(ms, 10_000));
    case "/sick":
      ready = false;
      return send(200, { ready });
    case "/env": {
      const names = ["INSTANCE_ID", "PORT", "HOST", "NODE_ENV", "APP_VERSION", "REDIS_URL", "DATABASE_URL"];
      const more = ["DATABASE_REPLICA_URLS", "PERFBED_ENVIRONMENT_ID", "GREETING"];
      return send(200, Object.fromEntries([...names, ...more].map((name) => [name, process.env[name]])));
    }
    default:
      return send(200, { pong: true });
  }
});

const listenAfterMs = bounded(process.env.LISTEN_AFTER_MS, 20_000);
setTimeout(() => server.listen(Number(process.env.PORT), process.env.HOST), listenAfterMs);
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
