export interface VclOptions {
  readonly originHost: string;
  readonly originPort: number;
  /** Path answering 200 while the origin can serve. */
  readonly healthPath: string;
}

/** Answered by the edge itself, whatever the origin does. */
export const EDGE_HEALTH_PATH = "/.perfbed/edge-health";

/**
 * What a CDN does with a well-behaved origin, and no more. The origin decides what is cacheable: the built-in rules keep out what is
 * private, no-store, no-cache or sets a cookie, and `default_ttl` (0 unless the sizing says otherwise) keeps out what names no lifetime.
 *
 * A request's cookies reach the origin but are not part of the cache key and do not prevent a hit, as at most CDNs: an answer that depends
 * on them has to be marked private. Such answers are remembered as uncacheable, so that they do not queue behind each other.
 *
 * The origin counts as sick only after ten seconds of failed checks: a slow answer under load must not be turned into errors by the edge.
 */
export function renderVcl(options: VclOptions): string {
  return `vcl 4.1;

backend origin {
  .host = "${options.originHost}";
  .port = "${options.originPort}";
  .connect_timeout = 2s;
  .first_byte_timeout = 60s;
  .between_bytes_timeout = 60s;
  .probe = {
    .url = "${options.healthPath}";
    .interval = 500ms;
    .timeout = 5s;
    .window = 20;
    .threshold = 1;
    .initial = 1;
  }
}

sub vcl_recv {
  if (req.url == "${EDGE_HEALTH_PATH}") {
    return (synth(200, "OK"));
  }
  unset req.http.X-Cache;
  if (req.method != "GET" && req.method != "HEAD") {
    return (pass);
  }
  if (req.http.Authorization) {
    return (pass);
  }
  return (hash);
}

sub vcl_backend_response {
  if (beresp.status >= 500) {
    if (bereq.is_bgfetch) {
      # A stale answer is better than a failed refresh.
      return (abandon);
    }
    set beresp.ttl = 0s;
    set beresp.uncacheable = true;
    return (deliver);
  }
}

sub vcl_deliver {
  if (obj.hits > 0) {
    set resp.http.X-Cache = "HIT";
  } else {
    set resp.http.X-Cache = "MISS";
  }
}
`;
}
