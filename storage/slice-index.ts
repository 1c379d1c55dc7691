import type { SliceOptions } from "./arrivals";

/** SQL for the number of the slice that a request started in: 0 from the origin on, negative before it. */
export const sliceIndex = ({ originUs, sliceSeconds }: SliceOptions): string =>
  `floor((startedAtUs - ${Math.round(originUs)}) / ${sliceSeconds * 1e6})::INTEGER`;
