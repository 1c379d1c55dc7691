/** Mean of shares and the like, where no value means that nothing was used: 0 without any. */
export const meanOrZero = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
