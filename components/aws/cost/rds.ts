/** From this size on RDS spreads gp3 over four volumes. */
const SPREAD_FROM_GIB = 400;
/** What RDS Proxy is paid for at least, a server. */
const LEAST_PROXY_VCPUS = 2;

/** IOPS of RDS's gp3 that are paid for beside the storage: those above what a volume of its size has anyway. */
export function paidIops(storageGiB: number, iops: number): number {
  const included = storageGiB < SPREAD_FROM_GIB ? 3_000 : 12_000;
  return Math.max(0, iops - included);
}

/** vCPUs that RDS Proxy is paid by for one server behind it. */
export const proxyVcpus = (vcpus: number): number => Math.max(LEAST_PROXY_VCPUS, vcpus);
