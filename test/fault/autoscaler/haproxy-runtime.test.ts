import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { HaproxyError, HaproxyErrorCode, HaproxyRuntime } from "../../../components/local/haproxy";
import { AppTier, until } from "./app-tier";

jest.setTimeout(60_000);

const codeOf = (act: Promise<unknown>): Promise<HaproxyErrorCode | string> =>
  act.then(
    () => "worked",
    (error: unknown) => (error instanceof HaproxyError ? error.kind : String(error)),
  );

describe("the runtime API of a real HAProxy", () => {
  const tier = new AppTier();
  const open: (() => void)[] = [];
  let server: Server;
  let port: number;
  beforeAll(async () => {
    await tier.open();
    server = createServer((request, response) => {
      if (request.url === "/held") open.push(() => response.end("held"));
      else response.end("ok");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address: AddressInfo | string | null = server.address();
    port = address !== null && typeof address === "object" ? address.port : 0;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await tier.close();
  });

  it("takes many changes at once from one client, each answered as if alone", async () => {
    const { runtime } = tier;
    const names = Array.from({ length: 30 }, (_, index) => `many-${index}`);
    await Promise.all(names.flatMap((name) => [runtime.addServer(name, { port }), runtime.showStat()]));
    expect([...(await runtime.backendStat()).servers.keys()].sort()).toEqual([...names].sort());
    await Promise.all(names.map((name) => runtime.remove(name)));
    expect((await runtime.backendStat()).servers.size).toBe(0);
  });

  it("sends requests to an added server, counts them, and names it in the response", async () => {
    const { runtime } = tier;
    await runtime.addServer("one", { port });
    expect(await tier.get("/")).toMatchObject({ status: 200, instance: "one" });
    await until("the response is counted", 2000, async () => {
      const row = (await runtime.backendStat()).servers.get("one");
      return row?.responses["2xx"] === 1 && row.totalSessions === 1;
    });
    await until("its health check passes", 5000, async () => {
      const row = (await runtime.backendStat()).servers.get("one");
      return row?.checkStatus === "L7OK";
    });
  });

  it("drains: a request in flight goes on, new ones go elsewhere, and the wait ends when it ends", async () => {
    const { runtime } = tier;
    const held = tier.get("/held");
    await until("it is in flight", 2000, () => open.length === 1);
    await runtime.addServer("two", { port });
    await runtime.drain("one");
    expect(await runtime.waitDrained("one", { deadlineMs: 100 })).toMatchObject({
      drained: false,
      remaining: 1,
    });
    expect((await tier.get("/")).instance).toBe("two");
    const waiting = runtime.waitDrained("one", { deadlineMs: 10_000 });
    open.shift()?.();
    expect(await waiting).toMatchObject({ drained: true, remaining: 0 });
    expect(await held).toMatchObject({ status: 200, instance: "one" });
  });

  it("opens a drained server again", async () => {
    const { runtime } = tier;
    await runtime.drain("two");
    expect((await tier.get("/")).status).toBe(503);
    await runtime.setReady("two");
    expect((await tier.get("/")).instance).toBe("two");
  });

  it("says in a typed error what went wrong", async () => {
    const { runtime } = tier;
    expect(await codeOf(runtime.addServer("two", { port }))).toBe(HaproxyErrorCode.Refused);
    expect(await codeOf(runtime.drain("nobody"))).toBe(HaproxyErrorCode.Refused);
    expect(await codeOf(runtime.drain("two; shutdown frontend public"))).toContain("TypeError");
    const nowhere = new HaproxyRuntime({ socketPath: join(tier.folder, "none.sock") });
    expect(await codeOf(nowhere.showStat())).toBe(HaproxyErrorCode.Unreachable);
  });
});
