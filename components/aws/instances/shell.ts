/** Pieces that the user data of all instances share. Text for bash on Amazon Linux 2023. */

/** One word of bash, whatever it holds. */
export const shellQuote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** A file written as it stands. `content` has no line that is the delimiter alone. */
export function writeFile(path: string, mode: string, content: string): string {
  const delimiter = "PERFBED_FILE";
  const body = content.endsWith("\n") ? content : `${content}\n`;
  if (body.split("\n").includes(delimiter)) {
    throw new RangeError(`the content of ${path} has a line ${delimiter}`);
  }
  return `cat >${shellQuote(path)} <<'${delimiter}'\n${body}${delimiter}\nchmod ${mode} ${shellQuote(path)}\n`;
}

/** Instance metadata, version 2: `imds instance-id`. */
export const IMDS = `imds() {
  local token
  token=$(curl -sSf --retry 5 --retry-connrefused -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' \\
    http://169.254.169.254/latest/api/token) || return 1
  curl -sSf -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/$1"
}
`;

/** Package mirrors and object stores have short failures; a boot must not end with one. */
export const RETRY = `retry() {
  local left=5
  until "$@"; do
    left=$((left - 1))
    if ((left == 0)); then return 1; fi
    sleep 5
  done
}
`;

/** Many short connections: ports and queues that do not run out before the thing under test does. */
export const NETWORK_LIMITS = `net.core.somaxconn = 65535
net.core.netdev_max_backlog = 16384
net.ipv4.ip_local_port_range = 10240 65535
net.ipv4.tcp_tw_reuse = 1
net.ipv4.tcp_fin_timeout = 15
net.ipv4.tcp_max_syn_backlog = 65535
net.ipv4.tcp_slow_start_after_idle = 0
`;

/** Amazon's time service alone: samples of several machines are merged by their clocks. */
export const CHRONY = `server 169.254.169.123 prefer iburst minpoll 4 maxpoll 4
driftfile /var/lib/chrony/drift
makestep 1.0 3
rtcsync
`;
