import type { Problem } from "../../core/errors";
import { type Application, Target } from "../contracts";
import { type ApmAgent, ApmKind, ApmLanguage, type ApmSettings } from "./model";

/** The kinds that each target can attach. */
export const APM_KINDS: Readonly<Record<Target, readonly ApmKind[]>> = {
  [Target.Local]: [ApmKind.OpenTelemetry, ApmKind.Prometheus],
  [Target.Aws]: Object.values(ApmKind),
  [Target.Kubernetes]: [],
};

const KEY_NEEDED: readonly ApmKind[] = [ApmKind.Datadog, ApmKind.NewRelic, ApmKind.Dynatrace];
const KEY_TAKEN: readonly ApmKind[] = [...KEY_NEEDED, ApmKind.OpenTelemetry];
const ENDPOINT_TAKEN: readonly ApmKind[] = [ApmKind.OpenTelemetry, ApmKind.Dynatrace];
/** What each kind can load into a process from outside; OneAgent does so for every language by itself. */
const LANGUAGES_TAKEN: readonly ApmKind[] = [
  ApmKind.OpenTelemetry,
  ApmKind.Xray,
  ApmKind.Datadog,
  ApmKind.NewRelic,
];
const SITES: Readonly<Partial<Record<ApmKind, readonly string[]>>> = {
  [ApmKind.Datadog]: [
    "datadoghq.com",
    "us3.datadoghq.com",
    "us5.datadoghq.com",
    "datadoghq.eu",
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "ddog-gov.com",
  ],
  [ApmKind.NewRelic]: ["us", "eu"],
};

const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$/;
const ENVIRONMENT_REFERENCE = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/;
const ONE_AGENT_VERSION = /^\d+\.\d+\.\d+\.\d{8}-\d{6}$/;
const VERSION = /^\d+\.\d+\.\d+[A-Za-z0-9.+-]*$/;
const INTERVAL_SECONDS = { min: 1, max: 300 };
/** Goes into tags, resource attributes and shell words as it stands. */
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** What an agent list is judged with. */
export interface ApmSubject {
  readonly target: Target;
  readonly application: Pick<Application, "metricsPath">;
}

function keyProblems(agent: ApmAgent, field: string, target: Target): Problem[] {
  const { kind, apiKey, endpoint } = agent;
  const form =
    target === Target.Local
      ? {
          pattern: ENVIRONMENT_REFERENCE,
          allowed: "a reference ${NAME} to a variable of perfbed's own shell",
        }
      : { pattern: SECRET_ARN, allowed: "the ARN of a secret in Secrets Manager" };
  if (apiKey === undefined) {
    return KEY_NEEDED.includes(kind) ? [{ field: `${field}.apiKey`, allowed: form.allowed }] : [];
  }
  if (!KEY_TAKEN.includes(kind)) {
    return [{ field: `${field}.apiKey`, allowed: `no key: ${kind} needs none` }];
  }
  // Whatever else it is may be the key itself, and is not shown.
  if (!form.pattern.test(apiKey)) {
    return [
      {
        field: `${field}.apiKey`,
        allowed: form.allowed,
        hint: "A key itself is never written into a config; only where it lies.",
      },
    ];
  }
  return kind === ApmKind.OpenTelemetry && endpoint === undefined
    ? [{ field: `${field}.endpoint`, allowed: "the endpoint that the key is for" }]
    : [];
}

function endpointProblems({ kind, endpoint }: ApmAgent, field: string): Problem[] {
  const at = `${field}.endpoint`;
  if (endpoint === undefined) {
    return kind === ApmKind.Dynatrace
      ? [
          {
            field: at,
            allowed: "the URL of the Dynatrace environment, e.g. https://abc12345.live.dynatrace.com",
          },
        ]
      : [];
  }
  if (!ENDPOINT_TAKEN.includes(kind)) {
    return [{ field: at, value: endpoint, allowed: `no endpoint: ${kind} knows where to send to` }];
  }
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const schemes = kind === ApmKind.Dynatrace ? ["https:"] : ["https:", "http:"];
  // It is written into shell words and configuration files.
  const plain = /^[\w\-./:]+$/.test(endpoint);
  if (url === undefined || !schemes.includes(url.protocol) || url.username !== "" || !plain) {
    return [
      {
        field: at,
        allowed: `a plain ${schemes.map((one) => `${one}//`).join(" or ")} URL without credentials`,
      },
    ];
  }
  return [];
}

function versionProblems({ kind, version }: ApmAgent, field: string): Problem[] {
  const at = `${field}.version`;
  if (kind === ApmKind.Dynatrace) {
    return ONE_AGENT_VERSION.test(version)
      ? []
      : [
          {
            field: at,
            ...(version === "" ? {} : { value: version }),
            allowed: "a version that your Dynatrace environment offers, e.g. 1.309.51.20250131-120000",
          },
        ];
  }
  return VERSION.test(version) ? [] : [{ field: at, value: version, allowed: "a version like 1.2.3" }];
}

function siteProblems({ kind, site }: ApmAgent, field: string): Problem[] {
  if (site === undefined) return [];
  const known = SITES[kind];
  if (known?.includes(site) === true) return [];
  return [{ field: `${field}.site`, value: site, allowed: known?.join(", ") ?? `no site: ${kind} has none` }];
}

function languageProblems(agent: ApmAgent, field: string, target: Target): Problem[] {
  const { kind, languages } = agent;
  if (languages.length === 0) return [];
  const at = `${field}.languages`;
  if (!LANGUAGES_TAKEN.includes(kind)) {
    return [
      {
        field: at,
        value: languages,
        allowed: `no languages: ${kind} loads nothing into a process by variables`,
      },
    ];
  }
  const others = languages.filter((language) => language !== ApmLanguage.Node);
  if (target === Target.Local && others.length > 0) {
    return [
      {
        field: at,
        value: others,
        allowed: "node on local",
        hint: "Start the application through its own launcher instead, e.g. command: [opentelemetry-instrument, python3, app.py].",
      },
    ];
  }
  return [];
}

function agentProblems(agent: ApmAgent, field: string, { target, application }: ApmSubject): Problem[] {
  const { kind, sampleRatio, intervalSeconds } = agent;
  const allowed = APM_KINDS[target];
  if (!allowed.includes(kind)) {
    return [
      {
        field: `${field}.kind`,
        value: kind,
        allowed: allowed.length === 0 ? `no agents on ${target} yet` : `${allowed.join(", ")} on ${target}`,
        ...(target === Target.Local
          ? { hint: "opentelemetry with an endpoint sends to every vendor that takes OTLP." }
          : {}),
      },
    ];
  }
  const problems = [
    ...versionProblems(agent, field),
    ...keyProblems(agent, field, target),
    ...endpointProblems(agent, field),
    ...siteProblems(agent, field),
    ...languageProblems(agent, field, target),
  ];
  if (!(sampleRatio > 0 && sampleRatio <= 1)) {
    problems.push({ field: `${field}.sampleRatio`, value: sampleRatio, allowed: "a share above 0, up to 1" });
  }
  if (!/^[A-Za-z][A-Za-z0-9-]{0,60}$/.test(agent.apiKeyHeader)) {
    problems.push({
      field: `${field}.apiKeyHeader`,
      value: agent.apiKeyHeader,
      allowed: "the name of a header",
    });
  }
  if (!(intervalSeconds >= INTERVAL_SECONDS.min && intervalSeconds <= INTERVAL_SECONDS.max)) {
    const { min, max } = INTERVAL_SECONDS;
    problems.push({
      field: `${field}.intervalSeconds`,
      value: intervalSeconds,
      allowed: `a number from ${min} to ${max}`,
    });
  }
  if (kind === ApmKind.Prometheus && application.metricsPath === undefined) {
    problems.push({
      field: `${field}.kind`,
      value: kind,
      allowed: "an application with application.metrics",
      hint: "Say where an instance answers with its Prometheus metrics, e.g. metrics: /metrics.",
    });
  }
  return problems;
}

/** Two of a kind, or two that would load themselves into the same program. */
function togetherProblems(agents: readonly ApmAgent[]): Problem[] {
  return agents.flatMap((agent, index) => {
    const before = agents.slice(0, index);
    const problems: Problem[] = [];
    if (before.some(({ kind }) => kind === agent.kind)) {
      problems.push({ field: `apm.${index}.kind`, value: agent.kind, allowed: "every kind once at most" });
      return problems;
    }
    const taken = agent.languages.filter((language) =>
      before.some(({ languages }) => languages.includes(language)),
    );
    if (taken.length > 0) {
      problems.push({
        field: `apm.${index}.languages`,
        value: taken,
        allowed: "every language in one entry at most",
        hint: "Two agents in one process measure each other.",
      });
    }
    return problems;
  });
}

/** Everything wrong with a list of agents, each with its path (`apm.0.apiKey`). Keys are never shown. */
export function apmProblems(settings: ApmSettings, subject: ApmSubject): readonly Problem[] {
  const labels = { serviceName: settings.serviceName, stage: settings.stage };
  return [
    ...Object.entries(labels).flatMap(([name, value]): Problem[] =>
      value === undefined || LABEL.test(value)
        ? []
        : [{ field: `apm.${name}`, value, allowed: "1 to 63 letters, digits, dots, dashes, underscores" }],
    ),
    ...settings.agents.flatMap((agent, index) => agentProblems(agent, `apm.${index}`, subject)),
    ...togetherProblems(settings.agents),
  ];
}
