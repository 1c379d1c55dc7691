import { readFileSync } from "node:fs";
import { z } from "zod";
import { ConfigError } from "../../../core/errors";
import { problemsFromZod } from "../../../core/zod-problems";
import type { PriceList } from "./prices";

const price = z.number().nonnegative().finite();

const priceListSchema = z.strictObject({
  currency: z.literal("USD"),
  asOf: z.string().regex(/^\d{4}-\d{2}(-\d{2})?$/, "a month or day like 2025-06"),
  source: z.string().min(1),
  regions: z.record(z.string(), z.record(z.string(), price)),
});

/**
 * Reads a price list of one's own, JSON in the form of {@link PriceList}. It stands alone: what it does not have is an unknown price.
 * @throws ConfigError with every problem at once
 */
export function loadPrices(file: string): PriceList {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new ConfigError("The price list cannot be read", [
      {
        field: "aws.guard.priceFile",
        value: file,
        allowed: "an existing file with valid JSON",
        hint: cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause),
      },
    ]);
  }
  const parsed = priceListSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ConfigError(file, problemsFromZod(parsed.error, raw, priceListSchema), "See docs/aws-cost.md.");
}
