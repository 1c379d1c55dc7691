import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { ListeningPort } from "./inventory-model";

interface ListeningSocket {
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

const LISTEN = "0A";

function ipv4(hex: string): string {
  return (hex.match(/../g) ?? [])
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
}

function address(hex: string): string {
  if (hex.length === 8) return ipv4(hex);
  if (hex === "0".repeat(32)) return "::";
  if (hex === `${"0".repeat(24)}01000000`) return "::1";
  if (hex.startsWith("0000000000000000FFFF0000")) return ipv4(hex.slice(24));
  // Four little-endian words.
  const words = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  return (words.join("").match(/.{4}/g) ?? []).join(":").toLowerCase();
}

/** Listening sockets of one /proc/net/tcp or tcp6 table. */
export function parseListening(table: string): ListeningSocket[] {
  return table
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const [host, port] = fields[1]?.split(":") ?? [];
      const inode = fields[9];
      if (fields[3] !== LISTEN || host === undefined || port === undefined || inode === undefined) return [];
      return [{ address: address(host), port: Number.parseInt(port, 16), inode }];
    });
}

const readTable = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

export function listeningSockets(): ListeningSocket[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => parseListening(readTable(file)));
}

function socketInodes(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** Ports that these processes listen on, and `alsoPorts` where anybody listens on them. */
export function listeningPorts(pids: Iterable<number>, alsoPorts: readonly number[] = []): ListeningPort[] {
  const sockets = listeningSockets();
  if (sockets.length === 0) return [];
  const holders = new Map<string, number>();
  for (const pid of pids)
    for (const inode of socketInodes(pid)) if (!holders.has(inode)) holders.set(inode, pid);
  const watched = new Set(alsoPorts);
  return sockets.flatMap(({ address, port, inode }) => {
    const pid = holders.get(inode);
    if (pid === undefined && !watched.has(port)) return [];
    return [{ address, port, ...(pid === undefined ? {} : { pid }) }];
  });
}

/** Who listens on a TCP port of this machine; `pid` is absent where this user may not see it. */
export function portHolder(port: number): ListeningPort | undefined {
  const socket = listeningSockets().find((candidate) => candidate.port === port);
  if (socket === undefined) return undefined;
  const pid = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((candidate) => socketInodes(candidate).includes(socket.inode));
  return { port, address: socket.address, ...(pid === undefined ? {} : { pid }) };
}

/** Paths of bound unix sockets inside a folder. */
export function unixSocketsIn(folder: string): string[] {
  const paths = readTable("/proc/net/unix")
    .split("\n")
    .map((line) => line.trim().split(/\s+/).slice(7).join(" "))
    .filter((path) => path.startsWith(`${folder}/`));
  return [...new Set(paths)];
}
