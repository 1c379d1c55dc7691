import * as cloudfront from "@pulumi/aws/cloudfront";
import type * as pulumi from "@pulumi/pulumi";
import type { EdgeSizing, EnvironmentIdentity } from "../../contracts";
import { physicalName } from "../context";

/** The most a response may ask for with Cache-Control: a year, which is also the most CloudFront keeps. */
const MAX_TTL_SECONDS = 31_536_000;

/**
 * AWS's own policy `AllViewerExceptHostHeader`: the origin gets every header, cookie and query string of the viewer, and its own name as
 * host. Policies are few in an account (20); this one is everybody's.
 */
export const ALL_VIEWER_EXCEPT_HOST_POLICY_ID = "b689b0a8-53d0-40ab-baf2-68738e2966ac";

/**
 * What makes two requests the same, and how long their answer keeps. Path and all query strings are the key; headers and cookies are not, so
 * an answer for one user alone has to say `Cache-Control: private` or `no-store`. The origin's Cache-Control holds, from 0 seconds to a
 * year; `defaultTtlSeconds` is for answers without one.
 *
 * `graceSeconds` has no counterpart: CloudFront serves stale answers when the origin allows it with `stale-while-revalidate` or
 * `stale-if-error`.
 */
export function cachePolicy(
  name: string,
  environment: EnvironmentIdentity,
  sizing: EdgeSizing,
  options: pulumi.CustomResourceOptions,
): cloudfront.CachePolicy {
  return new cloudfront.CachePolicy(
    name,
    {
      name: physicalName(environment, "edge", 128),
      comment: `Edge of perfbed environment ${environment.id}`,
      minTtl: 0,
      defaultTtl: Math.round(sizing.defaultTtlSeconds),
      maxTtl: MAX_TTL_SECONDS,
      parametersInCacheKeyAndForwardedToOrigin: {
        cookiesConfig: { cookieBehavior: "none" },
        headersConfig: { headerBehavior: "none" },
        queryStringsConfig: { queryStringBehavior: "all" },
        enableAcceptEncodingGzip: true,
        enableAcceptEncodingBrotli: true,
      },
    },
    options,
  );
}
