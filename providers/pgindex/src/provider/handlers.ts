import { drizzle } from "../baseline/drizzle/drizzleBookkeeping";
import { nodePgMigrate } from "../baseline/nodePgMigrate/nodePgMigrateBookkeeping";
import { prisma } from "../baseline/prisma/prismaBookkeeping";
import { answering } from "./answering";
import { backupProvider } from "./backupProvider";
import { baselineProvider } from "./baselineProvider";
import type { Handler } from "./contract";
import { drizzleStatementsProvider } from "./drizzle/drizzleStatementsProvider";
import type { EngineLog } from "./engineLog";
import { gateProvider } from "./gate/gateProvider";
import { indexProvider } from "./indexes/indexProvider";
import { heldResource } from "./review/heldResource";
import type { Runtime } from "./runtime";
import { verificationProvider } from "./verificationProvider";

/** The handler of each resource, for either front. */
export function createHandlers(runtime: Runtime, log: EngineLog) {
  const served = (handler: Handler) => answering(handler, log);
  const held = (handler: Handler) => served(heldResource(handler, runtime));
  return {
    // An index is held to a reviewed plan by its own handler.
    index: served(indexProvider(runtime)),
    verification: held(verificationProvider(runtime)),
    gate: held(gateProvider(runtime)),
    backup: held(backupProvider(runtime)),
    baseline: held(baselineProvider(runtime, drizzle)),
    drizzleStatements: held(drizzleStatementsProvider(runtime)),
    nodePgMigrateBaseline: held(baselineProvider(runtime, nodePgMigrate)),
    prismaBaseline: held(baselineProvider(runtime, prisma)),
  };
}
