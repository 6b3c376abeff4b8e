import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { drizzle } from "./baseline/drizzle/drizzleBookkeeping";
import { nodePgMigrate } from "./baseline/nodePgMigrate/nodePgMigrateBookkeeping";
import { prisma } from "./baseline/prisma/prismaBookkeeping";
import { answeringProvider } from "./provider/answeringProvider";
import { backupProvider } from "./provider/backupProvider";
import { baselineProvider } from "./provider/baselineProvider";
import { drizzleStatementsProvider } from "./provider/drizzle/drizzleStatementsProvider";
import { engineLog } from "./provider/engineLog";
import { gateProvider } from "./provider/gate/gateProvider";
import { indexProvider } from "./provider/indexes/indexProvider";
import { createRuntime } from "./provider/runtime";
import { verificationProvider } from "./provider/verificationProvider";

const log = engineLog(process.argv[2]);
const runtime = createRuntime(log, process.argv[2]);

function configured(provider: ResourceProvider): ResourceProvider {
  return {
    ...answeringProvider(provider, log),
    configure: async ({ config }) => runtime.configure((key) => config.get(key)),
  };
}

/**
 * What states written by any release refer to: `require("pulumi-pgindex/provider").v1.index`. A
 * contract: it stays loadable for ever, and each provider reads the outputs of every older release.
 */
export const v1 = {
  index: configured(indexProvider(runtime)),
  verification: configured(verificationProvider(runtime)),
  gate: configured(gateProvider(runtime)),
  backup: configured(backupProvider(runtime)),
  baseline: configured(baselineProvider(runtime, drizzle)),
  drizzleStatements: configured(drizzleStatementsProvider(runtime)),
  nodePgMigrateBaseline: configured(baselineProvider(runtime, nodePgMigrate)),
  prismaBaseline: configured(baselineProvider(runtime, prisma)),
} as const;
