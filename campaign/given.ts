/** Only the keys that are set: an absent override must not erase what it would override. */
export function given<T extends object>(
  overrides: T | undefined,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const result: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  if (overrides === undefined) return result;
  for (const key of Object.keys(overrides)) {
    const value: unknown = Reflect.get(overrides, key);
    if (value !== undefined) Reflect.set(result, key, value);
  }
  return result;
}
