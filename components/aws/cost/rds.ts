import { SPREAD_FROM_GIB } from "../database/gp3";

/** What RDS Proxy is paid for at least, a server. */
const LEAST_PROXY_VCPUS = 2;

/** IOPS of RDS's gp3 that are paid for beside the storage: those above what a volume of its size has anyway. */
export function paidIops(storageGiB: number, iops: number): number {
  const included = storageGiB < SPREAD_FROM_GIB ? 3_000 : 12_000;
  return Math.max(0, iops - included);
}

/** MiB/s of it that are paid for, likewise. */
export function paidThroughput(storageGiB: number, throughput: number): number {
  const included = storageGiB < SPREAD_FROM_GIB ? 125 : 500;
  return Math.max(0, throughput - included);
}

/** vCPUs that RDS Proxy is paid by for one server behind it. */
export const proxyVcpus = (vcpus: number): number => Math.max(LEAST_PROXY_VCPUS, vcpus);
