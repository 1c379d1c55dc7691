/** Steps in the level of a series of results. Pure. */
export {
  type ChangePoint,
  type ChangePointSettings,
  type ChangePointSettingsInput,
  changePointSettings,
  detectChangePoints,
  detectChangePointsByPermutation,
  detectInAll,
  type NamedSeries,
  type PermutationSettings,
} from "./detect";
