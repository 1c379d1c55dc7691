export * from "./estimate";
export { LIST_PRICES } from "./list-prices";
export { loadPrices } from "./price-file";
export * from "./prices";
export { paidIops, paidThroughput, proxyVcpus } from "./rds";
