import { compiledModule, packageRoot } from "../../../core/home";
import { Child, eventually, freePort } from "./child";

/** Runs the compiled set-up to its end. */
export async function runSetup(
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const child = Child.start(process.execPath, [compiledModule("sample/storefront/setup")], {
    cwd: packageRoot(),
    env: environment,
    own: false,
  });
  const code = await child.exit();
  return { code, output: child.output };
}

/** One instance of the compiled storefront. */
export class Instance {
  private constructor(
    readonly url: string,
    readonly child: Child,
  ) {}

  static async start(environment: Record<string, string>): Promise<Instance> {
    const port = await freePort();
    const child = Child.start(process.execPath, [compiledModule("sample/storefront/main")], {
      cwd: packageRoot(),
      env: { HOST: "127.0.0.1", PORT: String(port), APP_VERSION: "test", ...environment },
      own: false,
    });
    const instance = new Instance(`http://127.0.0.1:${port}`, child);
    try {
      await eventually("storefront ready", async () =>
        (await fetch(`${instance.url}/ready`)).status === 200 ? true : undefined,
      );
    } catch (error) {
      await child.stop("SIGKILL");
      throw new Error(`${String(error)}\n${child.output}`);
    }
    return instance;
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return toAnswer(await fetch(this.url + path, { headers }));
  }

  async post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const type = body === undefined ? {} : { "content-type": "application/json" };
    return toAnswer(
      await fetch(this.url + path, { method: "POST", headers: { ...type, ...headers }, ...content }),
    );
  }

  /** Sum of a metric's samples whose labels include the given ones. */
  async metric(name: string, labels: Record<string, string> = {}): Promise<number> {
    const { text } = await this.get("/metrics");
    return parseMetrics(text)
      .filter(
        (sample) =>
          sample.name === name &&
          Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
      )
      .reduce((sum, sample) => sum + sample.value, 0);
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; throws when it is none. */
  json<T>(): T;
}

async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: <T>() => {
      const value: T = JSON.parse(text);
      return value;
    },
  };
}

export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Parses the Prometheus text format strictly. @throws for a line that is not in it */
export function parseMetrics(text: string): MetricSample[] {
  return text.split("\n").flatMap((line) => {
    if (line === "" || /^# (HELP|TYPE) \w+ /.test(line)) return [];
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    const value = Number(match?.[3]?.replace("Nan", "NaN"));
    if (match === null || (Number.isNaN(value) && match[3] !== "Nan"))
      throw new Error(`not a metric: ${line}`);
    const labels = [...(match[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
      (label) => [label[1] ?? "", label[2] ?? ""] as const,
    );
    return [{ name: match[1] ?? "", labels: Object.fromEntries(labels), value }];
  });
}
