import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cgroupCheck, nodeCheck, platformCheck, unprivilegedUser } from "../../../toolchain/machine-checks";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "perfbed-cgroup-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("cgroups", () => {
  test("version 1 with a writable cpu controller", () => {
    mkdirSync(join(root, "cpu"));
    writeFileSync(join(root, "cpu", "tasks"), "");
    expect(cgroupCheck(root, "4:cpu:/\n")).toMatchObject({ status: "ok", text: "v1 cpu writable" });
  });

  test("version 2 with the cpu controller in the own group", () => {
    mkdirSync(join(root, "user.slice"));
    writeFileSync(join(root, "cgroup.controllers"), "cpuset cpu io memory pids\n");
    writeFileSync(join(root, "user.slice", "cgroup.controllers"), "cpu memory pids\n");
    expect(cgroupCheck(root, "0::/user.slice\n")).toMatchObject({ status: "ok", text: "v2 cpu writable" });
  });

  test("version 2 without the cpu controller is a notice, and says what is lost", () => {
    writeFileSync(join(root, "cgroup.controllers"), "memory pids\n");
    expect(cgroupCheck(root, "0::/\n")).toMatchObject({
      status: "notice",
      text: "v2 without the cpu controller: tiers run without CPU quotas",
    });
  });

  test("none at all is a notice", () => {
    expect(cgroupCheck(root, "").status).toBe("notice");
  });
});

describe("the user that runs PostgreSQL", () => {
  const nobody = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin";
  const postgres = "postgres:x:101:104:PostgreSQL administrator:/var/lib/postgresql:/bin/bash";

  test("is postgres where there is one", () => {
    expect(unprivilegedUser(`${nobody}\n${postgres}\n`)).toEqual({ name: "postgres", uid: 101, gid: 104 });
  });

  test("is nobody otherwise", () => {
    expect(unprivilegedUser(`root:x:0:0:root:/root:/bin/bash\n${nobody}\n`)?.uid).toBe(65534);
  });

  test("is never root under another name", () => {
    expect(unprivilegedUser("postgres:x:0:0::/:/bin/sh\n")).toBeUndefined();
  });
});

test("an old Node.js is a problem with a remedy", () => {
  expect(nodeCheck("18.19.0")).toMatchObject({ status: "problem", mend: "install Node.js 20 or later" });
  expect(nodeCheck("20.0.0").status).toBe("ok");
});

test("platforms without /proc are a problem for the local target", () => {
  expect(platformCheck("darwin").status).toBe("problem");
  expect(platformCheck("linux").status).toBe("ok");
});
