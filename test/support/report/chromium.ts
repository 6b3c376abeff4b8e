import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** Why there is no browser to test with; undefined where there is one. */
export const noChromium: string | undefined = path()
  ? undefined
  : "no Chromium on PATH: install one (Debian: apt-get install chromium), or name it in CHROMIUM";

/** A Chromium of the system's, without a window. */
export async function startChromium(): Promise<Browser> {
  // Its sandbox does not work for root, and it opens nothing here but a file of ours.
  return chromium.launch({ executablePath: path(), chromiumSandbox: process.getuid?.() !== 0 });
}

function path(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [process.env.CHROMIUM, ...found].find((file) => file && isExecutable(file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
