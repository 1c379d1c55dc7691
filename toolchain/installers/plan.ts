import { Tool } from "../tool";
import { apt } from "./apt";
import { homebrew } from "./homebrew";
import type { Installer } from "./installer";
import { gatlingMaven, jmeterMaven } from "./java-tools";
import { k6GoBuild, k6Release } from "./k6";
import { locustVenv } from "./locust";
import { otelcolGoBuild } from "./otelcol";
import { postgresNpm } from "./postgres";
import { pulumiGoBuild, pulumiLanguageNodejsGoBuild, pulumiOfficial } from "./pulumi";

const systemPackages: readonly Installer[] = [
  { kind: "system", packages: apt },
  { kind: "system", packages: homebrew },
];

/** The installers of each tool in the order in which they are tried. */
const PLAN: Readonly<Record<Tool, readonly Installer[]>> = {
  [Tool.Pulumi]: [pulumiOfficial, pulumiGoBuild],
  [Tool.K6]: [k6GoBuild, k6Release, { kind: "system", packages: homebrew }],
  [Tool.Postgres]: [postgresNpm],
  [Tool.Pgbouncer]: systemPackages,
  [Tool.Redis]: systemPackages,
  [Tool.Haproxy]: systemPackages,
  [Tool.Varnish]: systemPackages,
  [Tool.PulumiLanguageNodejs]: [pulumiLanguageNodejsGoBuild],
  [Tool.Locust]: [locustVenv],
  [Tool.Gatling]: [gatlingMaven],
  [Tool.Jmeter]: [jmeterMaven],
  [Tool.Otelcol]: [otelcolGoBuild],
  [Tool.Chromium]: systemPackages,
};

export function installersFor(tool: Tool): readonly Installer[] {
  return PLAN[tool];
}
