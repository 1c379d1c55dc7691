import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandOnInstance } from "../../../components/aws/app/application-variables";
import { fargateContainers, resolvingScript } from "../../../components/aws/app/fargate-containers";
import { maskingPrefix } from "../../../components/aws/app/masking";
import { RESOLVER_SCRIPT } from "../../../components/aws/app/resolver-script";
import {
  refusePlainPasswords,
  secretArns,
  secretReferences,
  textParts,
} from "../../../components/aws/app/secret-references";
import { SETUP_LOCK, setupPrefix } from "../../../components/aws/app/setup-lock";
import { execWord } from "../../../components/aws/app/systemd";
import { type AppUserData, appUserData } from "../../../components/aws/app/user-data";
import { shellQuote, writeFile } from "../../../components/aws/instances/shell";
import type { Application } from "../../../components/contracts";
import { ConfigError } from "../../../core/errors";
import { APPLICATION, environmentArgs } from "../support";

const DATABASE = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:perfbed/db-AbCdEf";
const CACHE = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:cache-GhIjKl";
const CONNECTIONS = {
  databaseUrl: `postgresql://app:{{secret:${DATABASE}:password}}@proxy:5432/app?sslmode=require`,
  databaseReplicaUrls: [
    `postgresql://app:{{secret:${DATABASE}:password}}@replica-1:5432/app`,
    `postgresql://app:{{secret:${DATABASE}:password}}@replica-2:5432/app`,
  ],
  databaseAdminUrl: `postgresql://app:{{secret:${DATABASE}:password}}@primary:5432/app`,
  cacheUrl: `rediss://:{{secret:${CACHE}:token}}@cache:6379/0`,
};

const { environment } = environmentArgs();
const userData = (changes: Partial<AppUserData> = {}): string =>
  appUserData({
    environment,
    application: APPLICATION,
    connections: CONNECTIONS,
    region: "eu-west-1",
    packages: ["nodejs20"],
    port: 8080,
    bucketName: "pb-test-bucket",
    bundle: { key: "app/bundles/abc.tar.gz", sha256: "a".repeat(64) },
    internet: true,
    logGroupName: "/perfbed/pb-test",
    groupName: "pb-test-app",
    ...changes,
  });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "perfbed-user-data-"));
  mkdirSync(join(folder, "bin"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Puts a program in front of the PATH; `$FOLDER` is the test's folder. */
function fake(name: string, script: string): void {
  const file = join(folder, "bin", name);
  writeFileSync(file, `#!/bin/bash\n${script}`);
  chmodSync(file, 0o755);
}
function bash(script: string): { readonly code: number | null; readonly out: string; readonly err: string } {
  // Without --norc bash takes a test's standard input for a login over the network and reads the user's settings.
  const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], {
    encoding: "utf8",
    env: { PATH: `${join(folder, "bin")}:${process.env.PATH ?? ""}`, FOLDER: folder },
    cwd: folder,
  });
  return { code: status, out: stdout, err: stderr };
}
function checked(text: string): void {
  const file = join(folder, "user-data.sh");
  writeFileSync(file, text);
  const syntax = spawnSync("bash", ["-n", file], { encoding: "utf8" });
  expect(syntax.stderr).toBe("");
  expect(syntax.status).toBe(0);
  const lint = spawnSync("shellcheck", ["--severity=warning", file], { encoding: "utf8" });
  // Not installed everywhere.
  if (lint.error === undefined) expect(lint.stdout).toBe("");
}

describe("user data of the application", () => {
  test("is bash, and fits into what EC2 takes with much room to spare", () => {
    const text = userData();
    checked(text);
    expect(text.startsWith("#!/bin/bash\n")).toBe(true);
    expect(Buffer.byteLength(text)).toBeLessThan(14_000);
  });

  test("is bash without a set-up as well, and with values full of quotes", () => {
    const { setup: _setup, ...plain } = APPLICATION;
    checked(userData({ application: plain }));
    expect(userData({ application: plain })).not.toContain("perfbed-setup");
    checked(
      userData({
        application: { ...APPLICATION, version: `it's "1" $2 \`3\``, command: ["node", "a'b", 'c"d'] },
      }),
    );
  });

  test("gives the instance every variable of the contract, and the set-up the primary for all of them", () => {
    const variables = [...userData().matchAll(/^\{"NODE_ENV".*$/gm)].map(([line]): unknown =>
      JSON.parse(line),
    );
    const common = {
      NODE_ENV: "production",
      NODE_EXTRA_CA_CERTS: "/usr/local/lib/perfbed/rds-authorities.pem",
      PGSSLROOTCERT: "/usr/local/lib/perfbed/database-authorities.pem",
      PORT: "8080",
      HOST: "0.0.0.0",
      REDIS_URL: CONNECTIONS.cacheUrl,
      APP_VERSION: "abc123",
      PERFBED_ENVIRONMENT_ID: "pb-test",
    };
    expect(variables).toEqual([
      {
        ...common,
        DATABASE_URL: CONNECTIONS.databaseUrl,
        DATABASE_REPLICA_URLS: CONNECTIONS.databaseReplicaUrls.join(","),
      },
      {
        ...common,
        DATABASE_URL: CONNECTIONS.databaseAdminUrl,
        DATABASE_REPLICA_URLS: CONNECTIONS.databaseAdminUrl,
        DATABASE_ADMIN_URL: CONNECTIONS.databaseAdminUrl,
      },
    ]);
    expect(userData()).toContain(`printf 'INSTANCE_ID="%s"\\n' "$SELF" >>/etc/perfbed/app.env`);
  });

  test("fetches who signs the certificates of RDS in the region, and what the application says of that stays", () => {
    const text = userData({
      application: { ...APPLICATION, environment: { NODE_EXTRA_CA_CERTS: "/opt/perfbed/app/ca.pem" } },
    });
    expect(text).toContain("https://truststore.pki.rds.amazonaws.com/eu-west-1/eu-west-1-bundle.pem");
    expect(text).not.toContain('"NODE_EXTRA_CA_CERTS"');
    expect(text).toContain('"PGSSLROOTCERT"');
  });

  test("fetches nothing of it where nothing leads out of the network", () => {
    const text = userData({ internet: false });
    checked(text);
    expect(text).not.toContain("truststore");
    expect(text).not.toContain("NODE_EXTRA_CA_CERTS");
  });

  test("masks restored data once, before the set-up, with no password among the arguments", () => {
    const masking = {
      key: "app/bundles/masking-1.sql",
      sha256: "b".repeat(64),
      snapshotIdentifier: "production",
      timeoutSeconds: 900,
    };
    const text = userData({ masking });
    checked(text);
    expect(text.indexOf("perfbed-masking.service")).toBeGreaterThan(0);
    expect(text.indexOf("perfbed-masking.service")).toBeLessThan(text.indexOf("perfbed-setup.service"));
    expect(text).toContain("TimeoutStartSec=900");
    expect(text).toMatch(/ExecStart=\/usr\/bin\/env "psql" .*"--single-transaction" "--set=ON_ERROR_STOP=1"/);
    const [variables = "{}"] = /^\{.*"PGHOST".*\}$/m.exec(text) ?? [];
    expect(JSON.parse(variables)).toMatchObject({
      PGHOST: "primary",
      PGPORT: "5432",
      PGUSER: "app",
      PGPASSWORD: `{{secret:${DATABASE}:password}}`,
      PGDATABASE: "app",
      PGSSLMODE: "require",
    });
    expect(userData()).not.toContain("psql");
  });

  test("a changed file, another snapshot and another server are masked again", () => {
    const masking = { key: "k", sha256: "a", snapshotIdentifier: "s", timeoutSeconds: 1 };
    const prefixes = [
      maskingPrefix(masking, "u"),
      maskingPrefix({ ...masking, sha256: "b" }, "u"),
      maskingPrefix({ ...masking, snapshotIdentifier: "t" }, "u"),
      maskingPrefix(masking, "v"),
    ];
    expect(new Set(prefixes).size).toBe(4);
    expect(maskingPrefix({ ...masking, timeoutSeconds: 2 }, "u")).toBe(prefixes[0]);
    expect(prefixes[0]).toMatch(/^app\/markers\/masking\/[0-9a-f]{16}$/);
  });

  test("fetches exactly the bundle, checks it, and runs the application as a user of its own", () => {
    const text = userData();
    expect(text).toContain('"s3://$BUCKET/app/bundles/abc.tar.gz"');
    expect(text).toContain(`echo '${"a".repeat(64)}  /var/tmp/bundle.tar' | sha256sum --check`);
    expect(text).toContain("retry dnf install -y --quiet 'amazon-cloudwatch-agent' 'gzip'");
    expect(text).toContain("'nodejs20'");
    expect(text).toMatch(/User=perfbed-app\n(.*\n)*ExecStart=\/usr\/bin\/env "node" "server.js"\n/);
    expect(text).toContain("LimitNOFILE=1048576");
    expect(text).toContain("Restart=always");
    expect(text).toContain("TimeoutStopSec=5");
    expect(text).toContain("READY_URL='http://127.0.0.1:8080/ready'");
  });

  test("names the secret of the application's own variables and never its content", () => {
    const text = userData({
      application: { ...APPLICATION, environment: { API_KEY: "hunter2" } },
      variablesSecretArn: `${CACHE}-variables`,
    });
    expect(text).toContain(`app-variables.json '${CACHE}-variables'`);
    expect(text).not.toContain("hunter2");
    expect(text).not.toContain("API_KEY");
  });

  test("refuses a password in the clear and does not repeat it", () => {
    const plain = { ...CONNECTIONS, databaseUrl: "postgresql://app:hunter2@proxy:5432/app" };
    let caught: unknown;
    try {
      userData({ connections: plain });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ConfigError);
    expect(JSON.stringify((caught as ConfigError).problems)).toContain("DATABASE_URL");
    expect(JSON.stringify((caught as ConfigError).problems)).not.toContain("hunter2");
  });

  test("a low port needs the right to bind it", () => {
    expect(userData({ port: 80 })).toContain("AmbientCapabilities=CAP_NET_BIND_SERVICE");
    expect(userData()).not.toContain("AmbientCapabilities");
  });

  test("answers the group's hooks on every boot, and gives up when a step fails", () => {
    const text = userData();
    expect(text).toContain("trap give_up ERR");
    expect(text).toContain("--lifecycle-hook-name ready --lifecycle-action-result ABANDON");
    expect(text).toContain("systemctl enable --now --quiet perfbed-lifecycle.service");
    const script = /<<'PERFBED_FILE'\n(#!\/bin\/bash\nset -u[\s\S]*?)PERFBED_FILE/.exec(text)?.[1] ?? "";
    checked(script);
    expect(script).toContain("GROUP='pb-test-app'");
  });
});

describe("references to secrets", () => {
  test("a URL falls into its parts, and each secret is named once", () => {
    expect(textParts(`a{{secret:${CACHE}:token}}b`)).toEqual(["a", { arn: CACHE, key: "token" }, "b"]);
    expect(textParts("plain")).toEqual(["plain"]);
    const texts = [CONNECTIONS.databaseUrl, ...CONNECTIONS.databaseReplicaUrls, CONNECTIONS.cacheUrl];
    expect(secretReferences(texts)).toEqual([
      { arn: DATABASE, key: "password" },
      { arn: CACHE, key: "token" },
    ]);
    expect(secretArns(texts)).toEqual([CACHE, DATABASE]);
  });

  test.each([
    ["redis://cache:6379", true],
    ["postgresql://app@host/app", true],
    [`postgresql://app:{{secret:${DATABASE}:password}}@host/app`, true],
    ["redis://:token@cache:6379", false],
    ["postgresql://app:p%40ss@host/app", false],
    [`postgresql://app:x{{secret:${DATABASE}:password}}@host/app`, false],
    [`postgresql://app:{{secret:${DATABASE}:password}}@a/x,postgresql://app:pw@b/x`, false],
  ])("%s is fine: %p", (url, fine) => {
    const check = (): void => refusePlainPasswords({ URL: url });
    if (fine) expect(check).not.toThrow();
    else expect(check).toThrow(ConfigError);
  });
});

describe("the command on an instance", () => {
  test.each([
    [
      ["node", "server.js"],
      ["node", "server.js"],
    ],
    [
      ["/usr/local/bin/node", "/srv/shop/dist/main.js"],
      ["node", "/opt/perfbed/app/dist/main.js"],
    ],
    [
      ["/srv/shop/bin/shop", "--config", "/etc/shop.conf"],
      ["/opt/perfbed/app/bin/shop", "--config", "/etc/shop.conf"],
    ],
    [
      ["node", "/srv/shopping/x.js"],
      ["node", "/srv/shopping/x.js"],
    ],
  ])("%p becomes %p", (command, expected) => {
    expect(commandOnInstance(command, "/srv/shop")).toEqual(expected);
  });

  test("systemd takes each word as it stands", () => {
    expect(execWord('a "b" \\ %h $HOME\nc')).toBe('"a \\"b\\" \\\\ %%h $$HOME\\nc"');
  });

  test("bash takes each word and each file as it stands", () => {
    const word = `it's "a" $HOME \`x\` \\`;
    expect(bash(`printf %s ${shellQuote(word)}`).out).toBe(word);
    bash(writeFile(join(folder, "file"), "0600", `${word}\n$(exit 1)`));
    expect(readFileSync(join(folder, "file"), "utf8")).toBe(`${word}\n$(exit 1)\n`);
    expect(() => writeFile("/x", "0600", "PERFBED_FILE")).toThrow(RangeError);
  });
});

/** Itself and no starter of it: those put folders of their own in front of the PATH. */
const interpreter = spawnSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" });
const PYTHON = interpreter.status === 0 ? interpreter.stdout.trim() : "python3";
const python = interpreter.status === 0 ? test : test.skip;

describe("the resolver, run with a fake AWS CLI", () => {
  python("puts secrets in, percent-encoded within URLs, and quotes for systemd", () => {
    fake(
      "aws",
      `case "$*" in
  *${DATABASE}*) echo '{"password":"p@ss/w:rd%"}' ;;
  *) echo '{"API_KEY":"a\\"b$c","PORT":"1"}' ;;
esac
echo "$*" >>"$FOLDER/calls"`,
    );
    writeFileSync(join(folder, "resolve.py"), RESOLVER_SCRIPT);
    const variables = {
      PORT: "8080",
      DATABASE_URL: CONNECTIONS.databaseUrl,
      PLAIN: `{{secret:${DATABASE}:password}}`,
    };
    writeFileSync(join(folder, "variables.json"), JSON.stringify(variables));
    const { code, out, err } = bash(`${PYTHON} resolve.py variables.json ${CACHE}`);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.trimEnd().split("\n")).toEqual([
      'API_KEY="a\\"b\\$c"',
      'PORT="8080"',
      'DATABASE_URL="postgresql://app:p%40ss%2Fw%3Ard%25@proxy:5432/app?sslmode=require"',
      'PLAIN="p@ss/w:rd%"',
    ]);
    // Each secret is asked for once.
    expect(readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n")).toHaveLength(2);
  });

  python("fails when a secret cannot be read, so that no half file is taken for a whole one", () => {
    fake("aws", "echo denied >&2; exit 254");
    writeFileSync(join(folder, "resolve.py"), RESOLVER_SCRIPT);
    writeFileSync(join(folder, "variables.json"), JSON.stringify({ URL: CONNECTIONS.databaseUrl }));
    const { code, out } = bash(`${PYTHON} resolve.py variables.json`);
    expect(code).not.toBe(0);
    expect(out).toBe("");
  });
});

/** A bucket in a folder, with S3's answer to a conditional write. */
const BUCKET = `case "$1 $2" in
  "s3api put-object")
    while (($# > 0)); do
      case "$1" in
        --key) key=$2 ;;
        --body) body=$2 ;;
        --if-none-match) absent=yes ;;
      esac
      shift
    done
    if [[ -e $FOLDER/broken ]]; then echo AccessDenied >&2; exit 254; fi
    mkdir -p "$(dirname "$FOLDER/bucket/$key")"
    if [[ \${absent:-} == yes && -e $FOLDER/bucket/$key ]]; then echo PreconditionFailed >&2; exit 254; fi
    cp "$body" "$FOLDER/bucket/$key"
    if [[ -e $FOLDER/answer-lost ]]; then rm "$FOLDER/answer-lost"; echo "connection reset" >&2; exit 255; fi
    ;;
  "s3api head-object")
    while (($# > 0)); do
      if [[ $1 == --key ]]; then key=$2; fi
      shift
    done
    date -u -d "@$(stat -c %Y "$FOLDER/bucket/$key")" +%Y-%m-%dT%H:%M:%S+00:00 ;;
  "s3 cp") cat "$FOLDER/bucket/\${3#s3://pb/}" ;;
esac`;

describe("the lock of the set-up, run with a bucket in a folder", () => {
  const lock = (self: string, script: string): ReturnType<typeof bash> =>
    bash(`sleep() { command sleep 0.01; }\nBUCKET=pb\nSELF=${self}\n${SETUP_LOCK}\n${script}`);
  beforeEach(() => {
    fake("aws", BUCKET);
  });

  /** A minute and a quarter without a sign, and the wait that a test can afford. */
  const turn = (self: string, wait = 0): ReturnType<typeof bash> =>
    lock(self, `code=0; take_turn setup 75 ${wait} || code=$?; echo "$ATTEMPT"; exit $code`);
  const written = (key: string, secondsAgo: number): void => {
    const file = join(folder, "bucket", key);
    const at = Date.now() / 1000 - secondsAgo;
    utimesSync(file, at, at);
  };

  test("the first takes it, the second does not", () => {
    expect(turn("i-1")).toMatchObject({ code: 0, out: "1\n" });
    const second = turn("i-2");
    expect(second.code).toBe(2);
    expect(second.err).toContain("it is the turn of i-1");
    expect(readFileSync(join(folder, "bucket/setup/lock-1"), "utf8")).toBe("i-1\n");
  });

  test("of many at once exactly one has it", () => {
    const some = Array.from(
      { length: 8 },
      (_, index) => `(SELF=i-${index}; take_turn setup 75 0 && echo mine) &`,
    );
    // The folder's own check and copy are two steps, unlike S3's: a directory stands for what S3 does at once.
    fake(
      "aws",
      BUCKET.replace(
        "if [[ ${absent:-} == yes && -e $FOLDER/bucket/$key ]]; then",
        'if ! mkdir "$FOLDER/once" 2>/dev/null; then',
      ),
    );
    const { out } = lock("x", `${some.join("\n")}\nwait`);
    expect(out.match(/mine/g)).toHaveLength(1);
  });

  test("who wrote it and lost the answer still has it", () => {
    writeFileSync(join(folder, "answer-lost"), "");
    expect(turn("i-1").code).toBe(0);
    expect(existsSync(join(folder, "answer-lost"))).toBe(false);
  });

  test("a bucket that refuses is neither ours nor another's, however long one may wait", () => {
    writeFileSync(join(folder, "broken"), "");
    const { code, err } = turn("i-1", 600);
    expect(code).toBe(2);
    expect(err).toContain("AccessDenied");
  });

  test("the others go on when it is done", () => {
    expect(lock("i-1", "take_turn setup 75 0 && marker_put setup/done >/dev/null").code).toBe(0);
    expect(turn("i-2").code).toBe(1);
  });

  test("an attempt that has failed is followed by one of whoever comes first", () => {
    expect(lock("i-1", "take_turn setup 75 0 && marker_put setup/failed-1 >/dev/null").code).toBe(0);
    expect(turn("i-2")).toMatchObject({ code: 0, out: "2\n" });
    expect(turn("i-3").err).toContain("it is the turn of i-2");
  });

  test("an owner without a sign of life is followed, and one that gives signs is waited for", () => {
    expect(turn("i-1").code).toBe(0);
    written("setup/lock-1", 60);
    expect(turn("i-2").code).toBe(2);
    written("setup/lock-1", 600);
    expect(lock("i-1", "marker_put setup/beat-1 >/dev/null").code).toBe(0);
    expect(turn("i-2").code).toBe(2);
    written("setup/beat-1", 120);
    expect(turn("i-2")).toMatchObject({ code: 0, out: "2\n" });
  });

  test("signs of life end with the script that gives them", () => {
    const { out } = lock("i-1", "beat setup/beat-1 >/dev/null &\necho $!\ncommand sleep 0.3");
    expect(readFileSync(join(folder, "bucket/setup/beat-1"), "utf8")).toBe("i-1\n");
    const ended = bash(
      `for ((left = 50; left > 0; left--)); do kill -0 ${out.trim()} 2>/dev/null || exit 0; sleep 0.1; done; exit 1`,
    );
    expect(ended.code).toBe(0);
  });

  test("another version, command, content or database has a set-up of its own", () => {
    const prefix = (changes: Partial<Application>, content = "c", url = "u"): string =>
      setupPrefix({ ...APPLICATION, ...changes }, content, url);
    const prefixes = [
      prefix({}),
      prefix({ version: "2" }),
      prefix({ setup: { command: ["other"], timeoutSeconds: 30 } }),
      prefix({}, "d"),
      prefix({}, "c", "v"),
    ];
    expect(new Set(prefixes).size).toBe(5);
    expect(prefix({ name: "renamed", drainSeconds: 1 })).toBe(prefixes[0]);
    expect(prefixes[0]).toMatch(/^app\/markers\/setup\/[0-9a-f]{16}$/);
  });
});

describe("containers of Fargate", () => {
  const containers = (
    application: Application = APPLICATION,
    internet = true,
  ): ReturnType<typeof fargateContainers> =>
    fargateContainers({
      environment,
      application,
      connections: CONNECTIONS,
      image: "registry.example/shop:1",
      port: 8080,
      region: "eu-west-1",
      bucketName: "pb",
      logGroupName: "/perfbed/pb-test",
      internet,
      variables: { names: ["LOG_LEVEL"], secretArn: `${CACHE}-variables` },
    });

  test("secrets come as variables of their own and are put into URLs by the shell", () => {
    const { code, out } = bash(
      `export PERFBED_SECRET_1='p@ss w%rd' PERFBED_SECRET_2=token HOSTNAME=task-1
sh -c ${shellQuote(resolvingScript({ DATABASE_URL: CONNECTIONS.databaseUrl, REDIS_URL: CONNECTIONS.cacheUrl, PORT: "1" }))} perfbed sh -c 'echo "$DATABASE_URL"; echo "$REDIS_URL"; echo "$INSTANCE_ID"; echo "\${PERFBED_SECRET_1-gone}"; echo "$1"' sh 'a word'`,
    );
    expect(code).toBe(0);
    const [database = "", cache = "", ...rest] = out.trimEnd().split("\n");
    expect(decodeURIComponent(new URL(database).password)).toBe("p@ss w%rd");
    expect(new URL(database).host).toBe("proxy:5432");
    expect(decodeURIComponent(new URL(cache).password)).toBe("token");
    expect(rest).toEqual(["task-1", "gone", "a word"]);
  });

  test("the application's container has plain variables in the clear and secrets by reference only", () => {
    const app = containers().at(-1);
    expect(app).toMatchObject({
      name: "app",
      essential: true,
      image: "registry.example/shop:1",
      entryPoint: ["/bin/sh", "-c"],
      portMappings: [{ containerPort: 8080, protocol: "tcp" }],
      dependsOn: [
        { containerName: "database-authorities", condition: "SUCCESS" },
        { containerName: "setup-told", condition: "SUCCESS" },
      ],
      mountPoints: [{ sourceVolume: "database-authorities", containerPath: "/perfbed-authorities" }],
      stopTimeout: 5,
    });
    expect(app?.command.slice(1)).toEqual(["perfbed", "node", "server.js"]);
    expect(app?.environment.map(({ name }) => name)).toEqual([
      "NODE_ENV",
      "NODE_EXTRA_CA_CERTS",
      "PGSSLROOTCERT",
      "PORT",
      "HOST",
      "APP_VERSION",
      "PERFBED_ENVIRONMENT_ID",
    ]);
    expect(app?.secrets).toEqual([
      { name: "LOG_LEVEL", valueFrom: `${CACHE}-variables:LOG_LEVEL::` },
      { name: "PERFBED_SECRET_1", valueFrom: `${DATABASE}:password::` },
      { name: "PERFBED_SECRET_2", valueFrom: `${CACHE}:token::` },
    ]);
  });

  test("the set-up's containers run one after the other, and every script is shell", () => {
    const all = containers();
    expect(all.map(({ name, essential }) => [name, essential])).toEqual([
      ["database-authorities", false],
      ["setup-lock", false],
      ["setup", false],
      ["setup-told", false],
      ["app", true],
    ]);
    expect(all.map(({ dependsOn }) => dependsOn.map(({ containerName }) => containerName))).toEqual([
      [],
      [],
      ["setup-lock", "database-authorities"],
      ["setup"],
      ["database-authorities", "setup-told"],
    ]);
    for (const { command, entryPoint } of all) {
      writeFileSync(join(folder, "script"), command[0] ?? "");
      expect(bash(`${entryPoint[0] ?? ""} -n script`)).toMatchObject({ code: 0, err: "" });
    }
  });

  test("without a set-up, and with authorities that the image has to know, there is one container", () => {
    const { setup: _setup, ...plain } = APPLICATION;
    expect(containers(plain).map(({ name }) => name)).toEqual(["database-authorities", "app"]);
    expect(containers(plain, false)).toHaveLength(1);
    expect(containers(plain, false)[0]).toMatchObject({ dependsOn: [], mountPoints: [] });
  });
});
