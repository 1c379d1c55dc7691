/** How CloudFront reaches the load balancer. */
export interface EdgeOrigin {
  readonly domainName: string;
  readonly customOriginConfig: {
    readonly httpPort: number;
    readonly httpsPort: number;
    readonly originProtocolPolicy: string;
    readonly originSslProtocols: string[];
    readonly originReadTimeout: number;
    readonly originKeepaliveTimeout: number;
  };
}

const HTTP_PORT = 80;
const HTTPS_PORT = 443;
/** Seconds; the most that needs no increase of the account's quota. Slow answers shall be measured, not cut off. */
const READ_TIMEOUT_SECONDS = 60;
/** Seconds; the load balancer closes idle connections after 60, and CloudFront has to be the one that closes first. */
const KEEPALIVE_SECONDS = 55;

/** The load balancer as an origin, spoken to as its URL says. */
export function edgeOrigin(originUrl: string): EdgeOrigin {
  const { hostname, port, protocol } = new URL(originUrl);
  const secure = protocol === "https:";
  const stated = port === "" ? undefined : Number(port);
  return {
    domainName: hostname,
    customOriginConfig: {
      httpPort: secure ? HTTP_PORT : (stated ?? HTTP_PORT),
      httpsPort: secure ? (stated ?? HTTPS_PORT) : HTTPS_PORT,
      originProtocolPolicy: secure ? "https-only" : "http-only",
      originSslProtocols: ["TLSv1.2"],
      originReadTimeout: READ_TIMEOUT_SECONDS,
      originKeepaliveTimeout: KEEPALIVE_SECONDS,
    },
  };
}
