import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";

const BLOCK = 512;
const END_OF_ARCHIVE = Buffer.alloc(2 * BLOCK);

enum EntryType {
  File = "0",
  Link = "2",
  Folder = "5",
  /** Attributes of the entry that follows: names that do not fit its header. */
  Extended = "x",
}

/**
 * A folder as a tar archive, piece by piece: the same content gives the same bytes, whatever the machine, the user or the time. Programs stay
 * executable and symbolic links stay links, which Pulumi's own archives would lose and `node_modules` needs.
 * @param left out at the top level
 */
export function* tarFolder(folder: string, leftOut: ReadonlySet<string>): Generator<Buffer> {
  for (const entry of sorted(folder)) {
    if (!leftOut.has(entry.name)) yield* tarEntry(folder, entry.name, entry);
  }
  yield END_OF_ARCHIVE;
}

function* tarEntry(root: string, name: string, entry: Dirent): Generator<Buffer> {
  const path = join(root, name);
  if (entry.isSymbolicLink()) {
    yield* header(name, EntryType.Link, 0o777, 0, linkTarget(root, path));
  } else if (entry.isDirectory()) {
    yield* header(`${name}/`, EntryType.Folder, 0o755, 0);
    for (const child of sorted(path)) yield* tarEntry(root, `${name}/${child.name}`, child);
  } else if (entry.isFile()) {
    const content = readFileSync(path);
    const executable = (lstatSync(path).mode & 0o100) !== 0;
    yield* header(name, EntryType.File, executable ? 0o755 : 0o644, content.length);
    yield content;
    yield Buffer.alloc(padding(content.length));
  }
}

const sorted = (folder: string): Dirent[] =>
  readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));

const padding = (bytes: number): number => (BLOCK - (bytes % BLOCK)) % BLOCK;

/** Where a link leads to; from an absolute path within the folder to a relative one, which holds wherever the archive is unpacked. */
function linkTarget(root: string, path: string): string {
  const target = readlinkSync(path);
  const inside = isAbsolute(target) && !relative(root, target).startsWith("..");
  return inside ? relative(dirname(path), target) : target;
}

function* header(name: string, type: EntryType, mode: number, size: number, target = ""): Generator<Buffer> {
  const fits = (text: string): boolean => Buffer.byteLength(text) <= 100 && /^[\x20-\x7e]*$/.test(text);
  if (!fits(name) || !fits(target)) {
    const attributes = Buffer.from(
      attribute("path", name) + (target === "" ? "" : attribute("linkpath", target)),
    );
    yield headerBlock("extended", EntryType.Extended, 0o644, attributes.length, "");
    yield attributes;
    yield Buffer.alloc(padding(attributes.length));
  }
  yield headerBlock(fits(name) ? name : "extended", type, mode, size, fits(target) ? target : "extended");
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function attribute(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function headerBlock(name: string, type: EntryType, mode: number, size: number, target: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, "0")}\0`;
  block.write(name, 0, 100);
  block.write(octal(mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write(" ".repeat(8), 148);
  block.write(type, 156);
  block.write(target, 157, 100);
  block.write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
