import { hashBytes } from "./hash";
import type { AgentKind } from "./record";

/** Probes of balancers, clusters and monitoring: no visitors, and no search engines either. */
const HEALTH_CHECK =
  /kube-probe|elb-healthchecker|googlehc|health.?check|amazon-route53|haproxy|consul|prometheus|blackbox|uptime|pingdom|statuscake|nagios|icinga|zabbix|site24x7|datadog|newrelic|checkly|better.?stack/i;

/**
 * Programs by what they say of themselves: crawlers, libraries, scanners, preview fetchers. Browsers say "Mozilla/5.0 (" with a system;
 * crawlers that do so too name themselves as well.
 */
const BOT =
  /(?<!cu)bot(?![a-z])|crawl|spider|slurp|bingpreview|facebookexternalhit|whatsapp|telegram|skypeuripreview|embedly|preview|archiver|scrapy|python|curl|wget|libwww|java\/|okhttp|go-http-client|httpclient|axios|node-fetch|undici|ruby|perl|php\/|postman|insomnia|headless|phantomjs|selenium|puppeteer|playwright|lighthouse|scan|nikto|sqlmap|nmap|masscan|zgrab|nuclei|censys|feed|rss|apachebench|siege|\bk6\/|jmeter|locust|gatling|vegeta|wrk|httpx/i;

export function classifyAgent(agent: string): AgentKind {
  if (HEALTH_CHECK.test(agent)) return "health-check";
  // No program of a visitor leaves it empty.
  if (agent === "" || agent === "-") return "bot";
  return BOT.test(agent) ? "bot" : "browser";
}

const MOST_KEPT = 50_000;

/** Classifies each user agent once; a log has millions of lines and thousands of agents. */
export class AgentTable {
  readonly #kinds = new Map<number, AgentKind>();

  /** @param hash of the agent's bytes */
  kindOf(bytes: Buffer, from: number, to: number, hash: number): AgentKind {
    const known = this.#kinds.get(hash);
    if (known !== undefined) return known;
    if (this.#kinds.size >= MOST_KEPT) this.#kinds.clear();
    const kind = classifyAgent(bytes.toString("latin1", from, to));
    this.#kinds.set(hash, kind);
    return kind;
  }

  kindOfText(agent: string): AgentKind {
    const bytes = Buffer.from(agent);
    return this.kindOf(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length));
  }
}
