/** From this size on RDS spreads a gp3 volume over four: more IOPS and throughput are included, and further ones can be had. */
export const SPREAD_FROM_GIB = 400;
