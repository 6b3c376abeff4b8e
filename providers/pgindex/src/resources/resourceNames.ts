/** The resources, each with the name that its handler has in provider.ts, which states refer to. */
export const HANDLERS = {
  Index: "index",
  Verification: "verification",
  PromotionGate: "gate",
  Backup: "backup",
  DrizzleBaseline: "baseline",
  DrizzleStatements: "drizzleStatements",
  NodePgMigrateBaseline: "nodePgMigrateBaseline",
  PrismaBaseline: "prismaBaseline",
} as const;

export type ResourceName = keyof typeof HANDLERS;

/** As the dynamic provider's types are called, and as the native one's. */
const TYPE = /^(?:pulumi-nodejs:pgindex|pgindex:index):(\w+)$/;

/**
 * The name of a resource of ours by its Pulumi type; undefined for any other type.
 *
 * @example resourceNameOf("pgindex:index:Index") // "Index"
 */
export function resourceNameOf(type: string): string | undefined {
  return TYPE.exec(type)?.[1];
}
