import { camelCase } from "./k6/javascript-text";

/** Name of the constant, and of the environment variable, that holds an endpoint's address: `admin-api` as `ADMIN_API_URL`. */
export const endpointConstant = (name: string): string =>
  `${camelCase(name)
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/^_/, "")
    .toUpperCase()}_URL`;

/** Environment variables of one generator for the endpoints that steps go to. */
export const endpointVariables = (
  endpoints: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(endpoints).map(([name, url]) => [endpointConstant(name), url]));
