/** PostgreSQL indexes as Pulumi resources: everything a program can use. */

export type { KeptNode, QueryPlan } from "./engine/explain/queryPlan";
export type { QueryMeasurement } from "./engine/measure/measure";
export type { GenericPlan } from "./engine/measure/measurement";
export type { Evidence, RecordedIndex } from "./engine/promote/evidence";
export type { OverrideUse, StatementProof } from "./engine/promote/gate";
export type { Override } from "./engine/promote/override";
export type { DatabaseIdentity } from "./engine/session/databaseIdentity";
export type { FoundIndex } from "./engine/verify/foundIndex";
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
export type { PassedGate } from "./resources/passedGate";
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
