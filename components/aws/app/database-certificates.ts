/**
 * The authorities that sign certificates of RDS and Aurora. They are AWS's own, and neither the system nor a runtime knows them: a driver
 * that checks whom it speaks to refuses the servers without. RDS Proxy has certificates that everybody knows.
 *
 * Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
 */
const bundleUrl = (region: string): string =>
  `https://truststore.pki.rds.amazonaws.com/${region}/${region}-bundle.pem`;

/** Where Amazon Linux keeps the authorities that everybody knows. */
const SYSTEM_AUTHORITIES = "/etc/pki/tls/certs/ca-bundle.crt";

const ofRds = (folder: string): string => `${folder}/rds-authorities.pem`;
const all = (folder: string): string => `${folder}/database-authorities.pem`;

/** Bash for Amazon Linux 2023 that fetches them into a folder. */
export const authoritiesScript = (
  region: string,
  folder: string,
): string => `curl -sSf --retry 5 --retry-all-errors --max-time 30 -o ${ofRds(folder)} ${bundleUrl(region)}
cat ${SYSTEM_AUTHORITIES} ${ofRds(folder)} >${all(folder)}
chmod 0644 ${ofRds(folder)} ${all(folder)}
`;

/**
 * What tells programs of them. Node adds to what it knows; libpq (psql, psycopg, PHP, Ruby) and pgx take one file alone, which therefore
 * holds the proxy's authorities as well. What the application sets itself stays.
 * @param own names of the application's own variables
 */
export const authorityVariables = (folder: string, own: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ NODE_EXTRA_CA_CERTS: ofRds(folder), PGSSLROOTCERT: all(folder) }).filter(
      ([name]) => !own.includes(name),
    ),
  );
