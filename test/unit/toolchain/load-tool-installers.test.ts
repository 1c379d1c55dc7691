import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toolSpec } from "../../../toolchain/catalogue";
import type { InstallContext } from "../../../toolchain/installers/installer";
import { gatlingMaven, jmeterMaven } from "../../../toolchain/installers/java-tools";
import { locustVenv } from "../../../toolchain/installers/locust";
import { parseVersion } from "../../../toolchain/probe-version";
import { Tool } from "../../../toolchain/tool";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "path-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const context = (tool: Tool, path: string): InstallContext => ({
  spec: toolSpec(tool),
  settings: { env: { PATH: path }, toolsDir: folder, systemRoot: "/" },
  signal: new AbortController().signal,
  progress: () => undefined,
});

test("without a JDK the reason says what is missing and how it is had", async () => {
  const reason = await gatlingMaven.unavailable(context(Tool.Gatling, folder));
  expect(reason).toMatch(/no javac on PATH: install a JDK, 17 or later \(Debian: apt-get install .*maven\)/);
});

test("without Maven, but with a JDK, the reason names Maven", async () => {
  writeFileSync(join(folder, "javac"), "#!/bin/sh\necho javac 21.0.2\n", { mode: 0o755 });
  const reason = await jmeterMaven.unavailable(context(Tool.Jmeter, folder));
  expect(reason).toMatch(/no mvn on PATH: install Maven/);
});

test("without Python the reason says so", async () => {
  expect(await locustVenv.unavailable(context(Tool.Locust, folder))).toMatch(
    /no python3 on PATH: install Python 3\.10 or later with venv/,
  );
});

test("versions are read from what the programs print", () => {
  expect(parseVersion(toolSpec(Tool.Locust), "locust 2.47.0 from /x/locust (Python 3.11.7)")).toBe("2.47.0");
  expect(parseVersion(toolSpec(Tool.Gatling), "Gatling 3.13.5\n")).toBe("3.13.5");
  expect(parseVersion(toolSpec(Tool.Jmeter), "Apache JMeter 5.6.3\n")).toBe("5.6.3");
  const banner = String.raw`
    _    ____   _    ____ _   _ _____       _ __  __ _____ _____ _____ ____
 /_/   \_\_| /_/   \_\____|_| |_|_____|  \___/|_|  |_|_____| |_| |_____|_| \_\ 5.6.3

Copyright (c) 1999-2024 The Apache Software Foundation
`;
  expect(parseVersion(toolSpec(Tool.Jmeter), banner)).toBe("5.6.3");
});
