const REPORT_MS = 5_000;

/** Reports a text at once, and again with the time gone by every five seconds until the action ends. */
export async function withElapsed<T>(
  text: string | (() => string),
  progress: (text: string) => void,
  action: () => Promise<T>,
): Promise<T> {
  const current = (): string => (typeof text === "string" ? text : text());
  const startedAt = Date.now();
  progress(current());
  const timer = setInterval(
    () => progress(`${current()}, ${Math.round((Date.now() - startedAt) / 1000)} s`),
    REPORT_MS,
  );
  try {
    return await action();
  } finally {
    clearInterval(timer);
  }
}
