/** PostgreSQL indexes as Pulumi resources: everything a program can use. */

export type { KeptNode, QueryPlan } from "./engine/explain/queryPlan";
export type { QueryMeasurement } from "./engine/measure/measure";
export type { Evidence } from "./engine/promote/evidence";
export type { OverrideUse } from "./engine/promote/gate";
export type { History, Sample } from "./engine/verify/usageHistory";
export type { IndexDeclaration, KeyDeclaration } from "./import/declaration";
export { type FromDrizzleOptions, indexesFromDrizzle } from "./import/indexesFromDrizzle";
export { type FromSqlOptions, indexesFromSql } from "./import/indexesFromSql";
export { Backup, type BackupArgs } from "./resources/backup";
export { Connection, type ConnectionArgs } from "./resources/connection";
export { DrizzleBaseline, type DrizzleBaselineArgs } from "./resources/drizzleBaseline";
export type { IndexArgs, RebuildWhenArgs } from "./resources/indexArgs";
export { Index } from "./resources/indexResource";
export type { KeyArgs, ObjectNameArgs } from "./resources/keyArgs";
export {
  NodePgMigrateBaseline,
  type NodePgMigrateBaselineArgs,
} from "./resources/nodePgMigrateBaseline";
export { PrismaBaseline, type PrismaBaselineArgs } from "./resources/prismaBaseline";
export {
  PromotionGate,
  type PromotionGateArgs,
  type Proved,
  promotionEvidence,
} from "./resources/promotionGate";
export type {
  AccountedUsage,
  PlanType,
  QueryExpectation,
  ServedQuery,
  VerifiedQuery,
} from "./resources/servedQuery";
export { Verification, type VerificationArgs } from "./resources/verification";
