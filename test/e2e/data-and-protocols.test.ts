// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is a variable of the journey, not of this module
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Server as GrpcServer, loadPackageDefinition, ServerCredentials, status } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { WebSocketServer } from "ws";
import type { Journey, Workload } from "../../scenarios/model";
import { resolveFiles } from "../../scenarios/workload-files";
import { FleetWorld, getStep, query, samplesOf, workloadOf } from "../support/fleet-world";

jest.setTimeout(60_000);

const world = new FleetWorld();
beforeAll(async () => {
  await world.open();
  const rows = Array.from({ length: 60 }, (_, index) => `user${index}@example.org,"p,${index}"`);
  await writeFile(join(world.folder, "users.csv"), `email,password\n${rows.join("\n")}\n`);
  await writeFile(join(world.folder, "photo.jpg"), Buffer.from([0xff, 0xd8, 0, 1, 2, 3]));
});
afterAll(() => world.close());
beforeEach(() => {
  world.answer = (_, response) => response.end("{}");
});

const steadily = (ratePerSecond: number, durationSeconds: number): Pick<Workload, "arrival"> => ({
  arrival: {
    startRatePerSecond: ratePerSecond,
    stages: [
      { durationSeconds, ratePerSecond, label: "hold" },
      // An arrival that is due at the very end may or may not be started.
      { durationSeconds: 0, ratePerSecond: 0, label: "end" },
      { durationSeconds: 0.5, ratePerSecond: 0, label: "end" },
    ],
  },
});

const built = (journeys: readonly Journey[], more: Partial<Workload>): Workload =>
  resolveFiles(workloadOf(journeys, more), world.folder);

const readsUsers = (mode: "unique" | "sequential" | "split"): readonly Journey[] => [
  {
    name: "log-in",
    weight: 1,
    feeders: [{ kind: "table", name: "users", file: "users.csv", mode }],
    steps: [
      {
        name: "log-in",
        request: {
          method: "POST",
          path: "/log-in?e=${users.email}",
          body: '{"password":"${users.password}"}',
        },
      },
    ],
  },
];

const emails = Array.from({ length: 60 }, (_, index) => `/log-in?e=user${index}%40example.org`).sort();

test("over two generators each row of a unique table is used once, and none is left out", async () => {
  const result = await world.run(built(readsUsers("unique"), steadily(20, 3)), 2);
  expect(result.arrivals).toMatchObject({ planned: 60, started: 60, dropped: 0 });
  expect(world.seen.map(({ url }) => url).sort()).toEqual(emails);
  expect(world.seen.map(({ body }) => body)).toContain('{"password":"p,7"}');
});

test("a unique table that runs out ends the run, and the reason names it", async () => {
  const result = await world.run(built(readsUsers("unique"), steadily(30, 6)), 2);
  expect(result.aborted?.text).toContain("users.csv has 60 rows, and all of them are used");
  expect(new Set(world.seen.map(({ url }) => url)).size).toBe(world.seen.length);
});

test("sequential and split tables go round: every row as often as any other, each generator with its own", async () => {
  await world.run(built(readsUsers("sequential"), steadily(40, 3)), 2);
  expect([...new Set(world.counts().values())]).toEqual([2]);
  const result = await world.run(built(readsUsers("split"), steadily(40, 3)), 2);
  expect([...new Set(world.counts().values())]).toEqual([2]);
  expect(result.generators.map(({ requests }) => requests)).toEqual([60, 60]);
});

test("tokens, cookies, files and values found in answers go from request to request", async () => {
  process.env.PERFBED_TEST_KEY = "top-secret";
  world.answer = ({ url, headers }, response) => {
    if (url === "/token") {
      response.end(JSON.stringify({ token: `token-of-${headers["x-key"]}` }));
    } else if (url === "/start") {
      response.setHeader("set-cookie", ["session=s42; Path=/", "other=1"]);
      response.end(JSON.stringify({ items: [{ id: 5 }, { id: 6 }, { id: 7 }], html: '<a href="/p/9-x">' }));
    } else response.end("{}");
  };
  const journey: Journey = {
    name: "visit",
    weight: 1,
    steps: [
      {
        name: "start",
        request: { method: "GET", path: "/start", headers: { authorization: "Bearer ${setup.token}" } },
        extract: [
          { kind: "json", name: "item", path: "items.*.id", pick: "last" },
          { kind: "regex", name: "page", pattern: "/p/(\\d+)-(\\w)", group: 2 },
          { kind: "cookie", name: "session", cookie: "session" },
        ],
      },
      {
        name: "upload",
        request: {
          method: "POST",
          path: "/upload/${item}/${page}/${session}",
          headers: { "x-key": "${env.PERFBED_TEST_KEY}" },
          multipart: [
            { kind: "field", name: "title", value: "no ${item}" },
            { kind: "file", name: "photo", file: "photo.jpg", contentType: "image/jpeg" },
          ],
        },
      },
    ],
  };
  const workload = built([journey], {
    ...steadily(5, 2),
    cookies: "user",
    setup: {
      per: "generator",
      steps: [
        {
          name: "token",
          request: {
            method: "POST",
            path: "/token",
            headers: { "x-key": "${env.PERFBED_TEST_KEY}" },
            body: "{}",
          },
          extract: [{ kind: "json", name: "token", path: "token" }],
        },
      ],
    },
  });
  const result = await world.run(workload, 2);
  expect(result.aborted).toBeNull();
  expect(world.counts()).toEqual(
    new Map([
      ["/token", 2],
      ["/start", 10],
      ["/upload/7/x/s42", 10],
    ]),
  );
  const starts = world.seen.filter(({ url }) => url === "/start");
  expect(new Set(starts.map(({ headers }) => headers.authorization))).toEqual(
    new Set(["Bearer token-of-top-secret"]),
  );
  const upload = world.seen.find(({ method, url }) => method === "POST" && url.startsWith("/upload"));
  expect(upload?.headers).toMatchObject({
    "x-key": "top-secret",
    cookie: expect.stringContaining("session=s42"),
  });
  expect(upload?.body).toContain('name="photo"; filename="photo.jpg"');
  expect(upload?.body).toContain("no 7");
  // The set-up is no part of the load.
  expect(await query(`SELECT DISTINCT step FROM ${samplesOf(result)} ORDER BY 1`)).toEqual([
    { step: "start" },
    { step: "upload" },
  ]);
});

test("each virtual user signs in once, with a row of its own", async () => {
  world.answer = ({ url }, response) => response.end(JSON.stringify({ token: url }));
  const journey: Journey = {
    name: "visit",
    weight: 1,
    feeders: [{ kind: "table", name: "users", file: "users.csv", mode: "unique", per: "user" }],
    steps: [getStep("home", "/home?who=${users.email}&token=${setup.token}")],
  };
  const executor = { kind: "iterations-per-user" as const, users: 6, iterations: 5, maxSeconds: 30 };
  const workload = built([journey], {
    executor,
    arrival: { startRatePerSecond: 0, stages: [{ durationSeconds: 30, ratePerSecond: 0, label: "visits" }] },
    setup: {
      per: "user",
      steps: [
        { ...getStep("sign-in", "/sign-in"), extract: [{ kind: "json", name: "token", path: "token" }] },
      ],
    },
  });
  await world.run(workload, 2);
  const counts = world.counts();
  expect(counts.get("/sign-in")).toBe(6);
  const visits = [...counts].filter(([url]) => url.startsWith("/home"));
  expect(visits.map(([, count]) => count)).toEqual([5, 5, 5, 5, 5, 5]);
});

test("messages over a WebSocket are samples, from each to its answer", async () => {
  const sockets = new WebSocketServer({ server: world.server });
  sockets.on("connection", (socket, request) => {
    socket.on("message", (data) => {
      if (request.url?.startsWith("/deaf") === true) return;
      socket.send("noise");
      setTimeout(() => socket.send(`echo ${String(data)}`), 30);
    });
  });
  const chat = (name: string, path: string): Journey => ({
    name,
    weight: 1,
    feeders: [{ kind: "random-int", name: "n", min: 1, max: 9 }],
    steps: [
      {
        kind: "websocket",
        name: "chat",
        path,
        exchanges: [
          { send: "hello ${n}", until: "echo hello" },
          { send: "bye", until: "echo bye" },
        ],
        timeoutSeconds: 0.5,
      },
      getStep("after", "/after"),
    ],
  });
  const result = await world.run(
    workloadOf([chat("talk", "/chat"), chat("deaf", "/deaf")], steadily(10, 2)),
    2,
  );
  sockets.close();
  expect(result.aborted).toBeNull();
  const rows = await query(
    `SELECT journey, step, CAST(count(*) AS INTEGER) AS n, CAST(sum(CASE WHEN ok THEN 1 ELSE 0 END) AS INTEGER) AS good,
            any_value(error) AS error, median(durationUs) AS us FROM ${samplesOf(result)} GROUP BY ALL ORDER BY 1, 2`,
  );
  expect(rows).toMatchObject([
    { journey: "deaf", step: "chat", n: 10, good: 0, error: "timeout" },
    { journey: "deaf", step: "chat-open", n: 10, good: 10 },
    { journey: "talk", step: "after", n: 10, good: 10 },
    { journey: "talk", step: "chat", n: 20, good: 20 },
    { journey: "talk", step: "chat-open", n: 10, good: 10 },
  ]);
  const median = Number(rows[3]?.us);
  expect(median).toBeGreaterThan(29_000);
  expect(median).toBeLessThan(60_000);
  // What the fleet counts while it runs is what the samples say.
  expect(result.generators.reduce((sum, { requests }) => sum + requests, 0)).toBe(60);
});

test("gRPC calls are samples, and their answers feed the next step", async () => {
  const proto = join(__dirname, "..", "fixtures", "greeter.proto");
  const definition = loadPackageDefinition(loadSync(proto));
  const greeter = Reflect.get(definition, "greeter");
  const server = new GrpcServer();
  server.addService(Reflect.get(Reflect.get(greeter, "Greeter"), "service"), {
    Greet: (
      call: { request: { name: string } },
      answer: (error: { code: number } | null, reply?: object) => void,
    ) => {
      if (call.request.name === "nobody") answer({ code: status.NOT_FOUND });
      else answer(null, { text: `hello ${call.request.name}`, items: [{ id: 3 }, { id: 4 }] });
    },
  });
  const port = await new Promise<number>((done, fail) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? done(bound) : fail(error),
    );
  });
  const greet = (name: string): Journey => ({
    name,
    weight: 1,
    steps: [
      {
        kind: "grpc",
        name: "greet",
        endpoint: "greeter",
        proto,
        method: "greeter.Greeter/Greet",
        message: `{"name":"${name}"}`,
        extract: [{ kind: "json", name: "id", path: "items.*.id", pick: "last" }],
      },
      getStep("use", "/use/${id}"),
    ],
  });
  const workload = workloadOf([greet("somebody"), greet("nobody")], steadily(20, 2));
  await expect(world.run(workload, 1)).rejects.toMatchObject({ problems: [{ field: "endpoints.greeter" }] });
  const result = await world.run(workload, 2, { endpoints: { greeter: `grpc://127.0.0.1:${port}` } });
  server.forceShutdown();
  expect(result.aborted).toBeNull();
  expect(world.counts()).toEqual(new Map([["/use/4", 20]]));
  expect(
    await query(
      `SELECT journey, step, ok, error, CAST(count(*) AS INTEGER) AS n FROM ${samplesOf(result)} GROUP BY ALL ORDER BY 1, 2`,
    ),
  ).toEqual([
    { journey: "nobody", step: "greet", ok: false, error: "grpc-5", n: 20 },
    { journey: "somebody", step: "greet", ok: true, error: null, n: 20 },
    { journey: "somebody", step: "use", ok: true, error: null, n: 20 },
  ]);
});

test("endpoints beyond this machine are refused before anything is started", async () => {
  const workload = workloadOf(
    [{ name: "j", weight: 1, steps: [{ ...getStep("s", "/"), endpoint: "far" }] }],
    steadily(1, 1),
  );
  await expect(world.run(workload, 1, { endpoints: { far: "http://192.0.2.1" } })).rejects.toMatchObject({
    problems: [{ field: "endpoints.far", allowed: "an address on this machine (127.0.0.1)" }],
  });
  expect(world.seen).toHaveLength(0);
});
