/** An answer with a 4xx or 503 status that the shop gives on purpose. `code` is stable, `message` is for people. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  constructor(
    readonly statusCode: number,
    readonly code: string,
    message: string,
    readonly details?: unknown,
  ) {
    super(message);
  }
}

export const notFound = (what: string): HttpError =>
  new HttpError(404, "not_found", `There is no such ${what}.`);
