import { afterAll, beforeAll, describe } from "vitest";
import { FetchError } from "../../../tools/embedded/onDemand.ts";
import { serverAccount } from "../../../tools/embedded/serverAccount.ts";
import { binariesFor } from "../../../tools/embedded/serverBinaries.ts";
import { vectorSettings } from "../../../tools/embedded/vectorExtensions.ts";
import {
  type EmbeddedOptions,
  type EmbeddedServer,
  startEmbedded,
} from "../../../tools/embeddedPostgres.ts";

/**
 * A server of the tests that follow, which they may treat badly: it ends with them, whatever state
 * it is in.
 */
export function useServer(options: EmbeddedOptions): () => EmbeddedServer {
  let server: EmbeddedServer | undefined;
  beforeAll(async () => {
    server = await startEmbedded(options);
  });
  afterAll(() => server?.stop());
  return () => {
    if (!server) throw new Error(`the server ${options.name} has not been started yet`);
    return server;
  };
}

/** Like `describe`, but skipped, with the reason in the title, where the machine cannot do it. */
export function describeUnless(problem: string | undefined, title: string, body: () => void): void {
  if (problem === undefined) describe(title, body);
  else describe.skip(`${title} (${problem})`, body);
}

/** Why a release that is fetched on demand cannot be had; fetches it. */
export function fetchProblem(version: string): string | undefined {
  return problemOf(() => binariesFor(version, serverAccount()));
}

/** The options of a server that has pgvector and its kin, or why there is none. */
export function vectorServer(): EmbeddedOptions & { readonly problem?: string } {
  const options = { name: "vectors", version: "18" };
  let settings = {};
  const problem = problemOf(() => {
    settings = vectorSettings();
  });
  return problem === undefined ? { ...options, settings } : { ...options, problem };
}

function problemOf(fetch: () => unknown): string | undefined {
  try {
    fetch();
    return undefined;
  } catch (error) {
    if (error instanceof FetchError) return error.message;
    throw error;
  }
}
