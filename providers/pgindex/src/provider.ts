import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import type { Handler } from "./provider/contract";
import { dynamicProvider } from "./provider/dynamic/dynamicProvider";
import { engineLog } from "./provider/engineLog";
import { createHandlers } from "./provider/handlers";
import { createRuntime } from "./provider/runtime";

const log = engineLog(process.argv[2]);
const runtime = createRuntime(log, process.argv[2]);
const handlers = createHandlers(runtime, log);

function served(handler: Handler): ResourceProvider {
  return dynamicProvider(runtime, handler);
}

/**
 * What states written by any release refer to: `require("pulumi-pgindex/provider").v1.index`. A
 * contract: it stays loadable for ever, and each provider reads the outputs of every older release.
 */
export const v1 = {
  index: served(handlers.index),
  verification: served(handlers.verification),
  gate: served(handlers.gate),
  backup: served(handlers.backup),
  baseline: served(handlers.baseline),
  drizzleStatements: served(handlers.drizzleStatements),
  nodePgMigrateBaseline: served(handlers.nodePgMigrateBaseline),
  prismaBaseline: served(handlers.prismaBaseline),
} as const;
