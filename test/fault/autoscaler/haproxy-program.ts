import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The real HAProxy of this machine: the setting, PATH, or where Debian puts it. */
export function haproxyProgram(): string {
  const setting = process.env.PERFBED_HAPROXY_PATH;
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  const candidates = [...(setting ? [setting] : []), ...folders.map((folder) => join(folder, "haproxy"))];
  const found = candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error("these tests need HAProxy: see `perfbed doctor`");
  return found;
}
