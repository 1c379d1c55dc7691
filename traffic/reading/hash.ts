const SEED_A = 0xdeadbeef;
const SEED_B = 0x41c6ce57;

/**
 * 53-bit hash of bytes (two multiplicative lanes, mixed at the end, after cyrb53). Tells clients apart without keeping who they are; it is not
 * kept beyond the run of the command, and not for secrets. Two of a million clients fall together with a probability of 1 in 18,000.
 */
export function hashBytes(bytes: Uint8Array, from: number, to: number, seed = 0): number {
  let a = SEED_A ^ (seed | 0);
  let b = SEED_B ^ (Math.floor(seed / 2 ** 32) | 0);
  let at = from;
  // Four bytes a round: user agents are long, and every line has one.
  for (; at + 4 <= to; at += 4) {
    const word =
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    a = Math.imul(a ^ word, 2654435761);
    b = Math.imul(b ^ word, 1597334677);
    a ^= a >>> 15;
    b ^= b >>> 13;
  }
  for (; at < to; at++) {
    const byte = bytes[at] ?? 0;
    a = Math.imul(a ^ byte, 2654435761);
    b = Math.imul(b ^ byte, 1597334677);
  }
  return mixed(a, b);
}

/** As {@link hashBytes}, of the code units of a text. */
export function hashText(text: string, seed = 0): number {
  let a = SEED_A ^ (seed | 0);
  let b = SEED_B ^ (Math.floor(seed / 2 ** 32) | 0);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  return mixed(a, b);
}

function mixed(first: number, second: number): number {
  let a = Math.imul(first ^ (first >>> 16), 2246822507) ^ Math.imul(second ^ (second >>> 13), 3266489909);
  const b = Math.imul(second ^ (second >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  a ^= a >>> 16;
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
