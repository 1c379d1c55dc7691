import { hashText } from "./hash";

/** Cookies that web frameworks keep their sessions in. */
const USUAL_SESSION_COOKIE =
  /^(?:__Host-|__Secure-)?(?:.*sess(?:ion)?[-_]?(?:id)?|sid|connect\.sid|jsessionid|phpsessid|asp\.net_sessionid|_ga|visitor[-_]?id|cart[-_]?id)$/i;

/**
 * Hash of a session's cookie in a `name=value; name=value` text; null when it has none.
 * @param name the cookie to look for; undefined: the usual ones
 */
export function sessionOfCookies(cookies: string, name: string | undefined): number | null {
  for (const part of cookies.split(/;\s*/)) {
    const equals = part.indexOf("=");
    if (equals <= 0) continue;
    const found = part.slice(0, equals).trim();
    const wanted = name === undefined ? USUAL_SESSION_COOKIE.test(found) : found === name;
    if (wanted && equals + 1 < part.length) return hashText(part.slice(equals + 1), 1);
  }
  return null;
}
