/** PostgreSQL indexes as Pulumi resources: everything a program can use. */

export type { RecordedForm } from "./engine/compare/recordedForm";
export type { CanonicalIndex } from "./engine/declare/indexFields";
export type { KeptNode, QueryPlan } from "./engine/explain/queryPlan";
export type { HazardCode } from "./engine/hazards/hazardKinds";
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
export {
  DrizzleBaseline,
  type DrizzleBaselineArgs,
  type DrizzleFolderArgs,
} from "./resources/baselines/drizzleBaseline";
export {
  DrizzleMigrations,
  type DrizzleMigrationsArgs,
} from "./resources/baselines/drizzleMigrations";
export {
  NodePgMigrateBaseline,
  type NodePgMigrateBaselineArgs,
} from "./resources/baselines/nodePgMigrateBaseline";
export { PrismaBaseline, type PrismaBaselineArgs } from "./resources/baselines/prismaBaseline";
export type { BuildSettingsArgs } from "./resources/buildSettingsArgs";
export { Connection } from "./resources/connection";
export type { ConnectionArgs } from "./resources/connectionArgs";
export type { HazardAction, HazardExceptionArgs, HazardPolicyArgs } from "./resources/hazardArgs";
export type { IndexArgs } from "./resources/indexes/indexArgs";
export { Index } from "./resources/indexes/indexResource";
export type { KeyArgs, ObjectNameArgs } from "./resources/indexes/keyArgs";
export type { RebuildWhenArgs } from "./resources/indexes/rebuildWhenArgs";
export type { PassedGate } from "./resources/promotion/passedGate";
export {
  PromotionGate,
  type PromotionGateArgs,
  type Proved,
  promotionEvidence,
} from "./resources/promotion/promotionGate";
export type {
  AccountedUsage,
  PlanType,
  QueryExpectation,
  ServedQuery,
  VerifiedQuery,
} from "./resources/servedQuery";
export { Verification, type VerificationArgs } from "./resources/verification";
