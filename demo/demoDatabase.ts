import type { EmbeddedServer } from "../tools/embeddedPostgres.ts";
import type { CleanUp } from "./cleanUp.ts";
import { type Fingerprint, fingerprint } from "./dataFingerprint.ts";
import { type FillSize, fill, migrate } from "./demoData.ts";
import type { StackName } from "./demoPaths.ts";
import { removeServer, startServer } from "./demoServers.ts";
import { type Reader, type ReadTotals, startReader } from "./reader.ts";
import type { Detail } from "./screen.ts";
import { startWriter, type Writer, type WriteTotals } from "./writer.ts";

export const SIZES: Record<StackName, FillSize> = {
  staging: { states: 10_000, messages: 100_000 },
  production: { states: 100_000, messages: 1_000_000 },
};

/** A database with an application at work on it. */
export interface Database {
  readonly name: StackName;
  readonly url: string;
  readonly server: EmbeddedServer;
  readonly writer: Writer;
  /** Fingerprint of the rows before anything was done. */
  readonly before: Fingerprint;
  /** Ends the application. Counts are since its start; a second call returns the same. */
  stopTraffic(): Promise<Traffic>;
}

export interface Traffic {
  readonly writes: WriteTotals;
  readonly reads: ReadTotals;
}

/**
 * Starts a server with its tables as they were before the indexes, their rows, and an application
 * that uses them.
 */
export async function startDatabase(
  { name, version }: { readonly name: StackName; readonly version?: string | undefined },
  cleanUp: CleanUp,
  detail: Detail,
): Promise<Database> {
  const server = await startServer(name, version);
  cleanUp.defer(() => removeServer(server));
  const { url } = server;
  await migrate(url);
  await fill(url, SIZES[name], detail);
  const before = await fingerprint(url);
  const writer = await startWriter(url, { name });
  const reader = await startReader(url, { name });
  const stopTraffic = once(() => stopBoth(writer, reader));
  cleanUp.defer(stopTraffic);
  return { name, url, server, writer, before, stopTraffic };
}

async function stopBoth(writer: Writer, reader: Reader): Promise<Traffic> {
  const [writes, reads] = await Promise.all([writer.stop(), reader.stop()]);
  return { writes, reads };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
