import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandFailed, runCommand } from "../run-command";
import { GATLING_SCALA_VERSION, GATLING_VERSION, JMETER_VERSION } from "../versions";
import { withElapsed } from "./elapsed";
import type { CacheInstaller, InstallContext } from "./installer";

const MAVEN_TIMEOUT_MS = 600_000;
const JAVA_MINIMUM = 17;

interface Artifact {
  readonly group: string;
  readonly name: string;
  readonly version: string;
}

/** What keeps Maven and Java from doing it; both are the machine's own. */
async function javaProblem({ settings, signal }: InstallContext): Promise<string | undefined> {
  const runs = async (command: string, args: readonly string[]): Promise<readonly string[] | undefined> => {
    try {
      return await runCommand(command, args, { env: settings.env, signal, timeoutMs: 30_000 });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CommandFailed) return undefined;
      throw error;
    }
  };
  const hint = "(Debian: apt-get install default-jdk-headless maven)";
  const compiler = await runs("javac", ["-version"]);
  if (compiler === undefined)
    return `there is no javac on PATH: install a JDK, ${JAVA_MINIMUM} or later ${hint}`;
  const major = Number(/javac (\d+)/.exec(compiler.join("\n"))?.[1] ?? 0);
  if (major < JAVA_MINIMUM)
    return `javac on PATH is version ${major}, needed is ${JAVA_MINIMUM} or later ${hint}`;
  return (await runs("mvn", ["--version"])) === undefined
    ? `there is no mvn on PATH: install Maven ${hint}`
    : undefined;
}

const dependency = ({ group, name, version }: Artifact): string =>
  `    <dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;

const projectFile = (
  artifacts: readonly Artifact[],
): string => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>perfbed</groupId>
  <artifactId>load-tool</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
${artifacts.map(dependency).join("\n")}
  </dependencies>
</project>
`;

/** The artifacts with everything they need, as jars in a folder. Maven checks them against the repository's checksums. */
async function fetchJars(
  artifacts: readonly Artifact[],
  target: string,
  title: string,
  { settings, signal, progress }: InstallContext,
): Promise<void> {
  const project = `${target}-project`;
  await mkdir(project);
  await writeFile(join(project, "pom.xml"), projectFile(artifacts));
  await withElapsed(`fetching ${title} with Maven`, progress, () =>
    runCommand(
      "mvn",
      [
        "--batch-mode",
        "--quiet",
        "--strict-checksums",
        "org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies",
        "-DincludeScope=runtime",
        `-DoutputDirectory=${target}`,
      ],
      { cwd: project, env: settings.env, signal, timeoutMs: MAVEN_TIMEOUT_MS },
    ),
  );
  await rm(project, { recursive: true });
}

/** A program that finds its jars by its own place: the folder is renamed after the installation. */
async function writeStartScript(folder: string, name: string, lines: readonly string[]): Promise<void> {
  await mkdir(join(folder, "bin"), { recursive: true });
  const program = join(folder, "bin", name);
  const text = [
    "#!/bin/sh",
    'home="$(dirname "$(dirname "$(readlink -f "$0")")")"',
    'java="${JAVA_HOME:+$JAVA_HOME/bin/}java"',
    ...lines,
  ];
  await writeFile(program, `${text.join("\n")}\n`);
  await chmod(program, 0o755);
}

/** Gatling with its HTTP, JMS and JDBC modules, and the compiler for simulations in Scala; those in Java need the machine's JDK. */
export const gatlingMaven: CacheInstaller = {
  kind: "cache",
  name: "Maven",
  version: GATLING_VERSION,
  origin: `Maven artifact io.gatling.highcharts:gatling-charts-highcharts:${GATLING_VERSION}`,
  unavailable: javaProblem,
  install: async (folder, context) => {
    await fetchJars(
      [
        { group: "io.gatling.highcharts", name: "gatling-charts-highcharts", version: GATLING_VERSION },
        { group: "org.scala-lang", name: "scala-compiler", version: GATLING_SCALA_VERSION },
      ],
      join(folder, "lib"),
      `Gatling ${GATLING_VERSION}`,
      context,
    );
    await writeStartScript(folder, "gatling", [
      `[ "$1" = --version ] && { echo "Gatling ${GATLING_VERSION}"; exit 0; }`,
      '# Compiled simulations are looked for in $GATLING_CLASSES, else in the folder "classes" here.',
      'exec "$java" -Dgatling.data.enableAnalytics=false --add-opens=java.base/java.lang=ALL-UNNAMED -cp "${GATLING_CLASSES:-classes}:$home/lib/*" io.gatling.app.Gatling "$@"',
    ]);
  },
};

/** JMeter without its window: HTTP, Java and the usual components, laid out as its own distribution. */
export const jmeterMaven: CacheInstaller = {
  kind: "cache",
  name: "Maven",
  version: JMETER_VERSION,
  origin: `Maven artifacts org.apache.jmeter:ApacheJMeter_*:${JMETER_VERSION}`,
  unavailable: javaProblem,
  install: async (folder, context) => {
    const parts = ["core", "components", "functions", "http", "java", "jdbc", "tcp", "config"];
    const lib = join(folder, "lib");
    await fetchJars(
      parts.map((part) => ({
        group: "org.apache.jmeter",
        name: `ApacheJMeter_${part}`,
        version: JMETER_VERSION,
      })),
      lib,
      `JMeter ${JMETER_VERSION}`,
      context,
    );
    const config = join(lib, `ApacheJMeter_config-${JMETER_VERSION}.jar`);
    // Its properties are the bin folder of the distribution.
    await runCommand("jar", ["xf", config, "bin"], {
      cwd: folder,
      env: context.settings.env,
      signal: context.signal,
      timeoutMs: 60_000,
    });
    await mkdir(join(lib, "ext"));
    for (const name of await readdir(lib)) {
      if (name.startsWith("ApacheJMeter_")) await rename(join(lib, name), join(lib, "ext", name));
    }
    await writeStartScript(folder, "jmeter", [
      `[ "$1" = --version ] && { echo "Apache JMeter ${JMETER_VERSION}"; exit 0; }`,
      'exec "$java" ${JVM_ARGS:-} -Djmeter.home="$home" -cp "$home/lib/*:$home/lib/ext/*" org.apache.jmeter.NewDriver "$@"',
    ]);
  },
};
