import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { type Account, can } from "./serverAccount.ts";
import { enterableFolder } from "./serverBinaries.ts";

export interface ServerFolder {
  readonly directory: string;
  readonly temporary: boolean;
}

/** The folder for the server's files: the requested one, or one its account can enter instead. */
export function serverFolderFor(
  name: string,
  wanted: string | undefined,
  account: Account | undefined,
): ServerFolder {
  if (wanted === undefined) {
    return {
      directory: mkdtempSync(join(enterableFolder(account), `pgindex-${name}-`)),
      temporary: true,
    };
  }
  const directory = resolve(wanted);
  mkdirSync(dirname(directory), { recursive: true });
  if (!account || can(account, "test", ["-x", dirname(directory)]))
    return { directory, temporary: false };
  // The same request gets the same folder, so it is found again.
  const key = createHash("sha256").update(directory).digest("hex").slice(0, 12);
  return { directory: join(enterableFolder(account), `pgindex-data-${key}`), temporary: false };
}

/** Starts on the requested port, or otherwise on a free one. */
export async function startOnFreePort(
  start: (port: number) => Promise<ChildProcess>,
  host: string,
  wanted: number | undefined,
): Promise<{ server: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? (await freePort(host));
    try {
      return { server: await start(port), port };
    } catch (error) {
      // Somebody took the free port between finding it and starting.
      const taken = /could not bind|could not create any TCP/.test(String(error));
      if (wanted !== undefined || !taken || attempt === 5) throw error;
    }
  }
}

/** A port chosen by the operating system. Another process can take it before the server does. */
function freePort(host: string): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, host, () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolvePort(port));
    });
  });
}
