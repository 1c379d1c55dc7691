/** Requests, trace contexts, and values taken from responses. A part of the helper of rendered k6 scripts. */
export const REQUESTS_SOURCE = `// Requests -------------------------------------------------------------------------------------------------------

// Parameters of a step's request. Redirects are not followed: one step is one request. Bodies are dropped unless they are needed.
export function request(name, { timeoutSeconds = 10, statuses, body = false, headers, tags } = {}) {
  const params = {
    tags: { name },
    redirects: 0,
    timeout: \`\${timeoutSeconds * 1000}ms\`,
    responseType: body ? "text" : "none",
  };
  if (statuses) params.responseCallback = http.expectedStatuses(...statuses);
  if (headers) params.headers = headers;
  if (tags) params.tags = { ...tags, name };
  return params;
}

// W3C trace context: a share of the requests asks to be traced, and its samples are marked with the trace's id. The others say that
// they are not to be traced, so that this share is the only one. Ids come from a stream of each virtual user's own.
const UNTRACED = "00-00000000000000000000000000000001-0000000000000001-00";
let traceRandom;

// FNV-1a, 32 bits.
function hash(text) {
  let value = 2166136261;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 16777619);
  return value;
}

function hex(digits) {
  let text = "";
  while (text.length < digits) text += Math.floor(traceRandom() * 65536).toString(16).padStart(4, "0");
  return text;
}

export function tracedHttp(ratio) {
  const send = (params, call) => {
    if (!traceRandom) traceRandom = randomStream(hash(RUN), hash(GENERATOR), exec.vu.idInTest);
    if (traceRandom() >= ratio) return call({ ...params, headers: { ...params.headers, traceparent: UNTRACED } });
    const id = hex(32);
    exec.vu.metrics.metadata.trace_id = id;
    try {
      return call({ ...params, headers: { ...params.headers, traceparent: \`00-\${id}-\${hex(16)}-01\` } });
    } finally {
      delete exec.vu.metrics.metadata.trace_id;
    }
  };
  const withBody = (method) => (url, body, params) => send(params, (traced) => http[method](url, body, traced));
  return {
    get: (url, params) => send(params, (traced) => http.get(url, traced)),
    post: withBody("post"),
    put: withBody("put"),
    patch: withBody("patch"),
    del: withBody("del"),
    head: (url, params) => send(params, (traced) => http.head(url, traced)),
    options: withBody("options"),
    file: (...parts) => http.file(...parts),
  };
}

// Text inside a JSON string of a body.
export function jsonText(value) {
  return JSON.stringify(String(value)).slice(1, -1);
}

// One of several found values: the first where nothing else is asked for.
function pick(values, which, visit) {
  if (which === "random") return values[Math.floor(visit.random() * values.length)];
  return which === "last" ? values[values.length - 1] : values[0];
}

// Value at a path of the JSON body (items.0.id, items.*.id); undefined where there is none.
export function fromJson(response, path, which, visit) {
  try {
    // k6 writes # for every element of an array.
    const value = response.json(path.replace("*", "#"));
    const found = path.includes("*") ? pick(value || [], which, visit) : value;
    return found === null ? undefined : found;
  } catch (error) {
    return undefined;
  }
}

// A capture group; undefined where the pattern does not match.
export function fromBody(response, pattern, group = 1, which = "first", visit = undefined) {
  if (typeof response.body !== "string") return undefined;
  if (which === "first") {
    const match = pattern.exec(response.body);
    return match === null ? undefined : match[group];
  }
  const found = pick([...response.body.matchAll(new RegExp(pattern.source, "g"))], which, visit);
  return found === undefined ? undefined : found[group];
}

// Value of a cookie that the response sets; undefined where it sets none of that name.
export function fromCookie(response, name) {
  const cookies = response.cookies[name];
  return cookies === undefined || cookies.length === 0 ? undefined : cookies[0].value;
}

// Header by its name in any case; undefined where there is none.
export function fromHeader(response, name) {
  for (const key in response.headers) {
    if (key.toLowerCase() === name) return response.headers[key];
  }
  return undefined;
}

export function bodyContains(response, text) {
  return typeof response.body === "string" && response.body.includes(text);
}
`;
