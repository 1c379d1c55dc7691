import { type Browser, chromium } from "playwright-core";
import { resolveTool, Tool } from "../../toolchain";

/** Starts the machine's Chromium with a profile of its own and without any traffic of its own. */
export async function launchChromium(): Promise<Browser> {
  const resolved = await resolveTool(Tool.Chromium);
  const executablePath = resolved?.executables.chromium;
  if (executablePath === undefined)
    throw new Error("Browser tests need Chromium: apt-get install chromium, or set PERFBED_CHROMIUM_PATH.");
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
