export { listAwsEnvironments } from "./environments";
export * from "./model";
export { sweepAws } from "./sweep";
export { takeAwsInventory } from "./take-inventory";
