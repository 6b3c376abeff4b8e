import { Backup as DynamicBackup } from "./resources/backup";
import { DrizzleBaseline as DynamicDrizzleBaseline } from "./resources/baselines/drizzleBaseline";
import { DrizzleMigrations as DynamicDrizzleMigrations } from "./resources/baselines/drizzleMigrations";
import { DrizzleMarked, DrizzleStatements } from "./resources/baselines/drizzleSteps";
import { NodePgMigrateBaseline as DynamicNodePgMigrateBaseline } from "./resources/baselines/nodePgMigrateBaseline";
import { PrismaBaseline as DynamicPrismaBaseline } from "./resources/baselines/prismaBaseline";
import { Connection as DynamicConnection } from "./resources/connection";
import { Index as DynamicIndex } from "./resources/indexes/indexResource";
import { PromotionGate as DynamicPromotionGate } from "./resources/promotion/promotionGate";
import { Verification as DynamicVerification } from "./resources/verification";

/**
 * Everything of `pulumi-pgindex`, with resources that `pulumi-resource-pgindex` serves. Those of the
 * dynamic provider become them: nothing is built.
 */
export * from "./index";
export * from "./resources/functions";

/** `Connection` of `pulumi-pgindex`, served by the native provider. */
export class Connection extends DynamicConnection {
  /** @internal */
  static override readonly isNative = true;
}

/** `Index` of `pulumi-pgindex`, served by the native provider. */
export class Index extends DynamicIndex {
  /** @internal */
  static override readonly isNative = true;
}

/** `Verification` of `pulumi-pgindex`, served by the native provider. */
export class Verification extends DynamicVerification {
  /** @internal */
  static override readonly isNative = true;
}

/** `PromotionGate` of `pulumi-pgindex`, served by the native provider. */
export class PromotionGate extends DynamicPromotionGate {
  /** @internal */
  static override readonly isNative = true;
}

/** `Backup` of `pulumi-pgindex`, served by the native provider. */
export class Backup extends DynamicBackup {
  /** @internal */
  static override readonly isNative = true;
}

/** `DrizzleBaseline` of `pulumi-pgindex`, served by the native provider. */
export class DrizzleBaseline extends DynamicDrizzleBaseline {
  /** @internal */
  static override readonly isNative = true;
}

/** `NodePgMigrateBaseline` of `pulumi-pgindex`, served by the native provider. */
export class NodePgMigrateBaseline extends DynamicNodePgMigrateBaseline {
  /** @internal */
  static override readonly isNative = true;
}

/** `PrismaBaseline` of `pulumi-pgindex`, served by the native provider. */
export class PrismaBaseline extends DynamicPrismaBaseline {
  /** @internal */
  static override readonly isNative = true;
}

class NativeStatements extends DrizzleStatements {
  static override readonly isNative = true;
}

class NativeMarked extends DrizzleMarked {
  static override readonly isNative = true;
}

/** `DrizzleMigrations` of `pulumi-pgindex`, served by the native provider. */
export class DrizzleMigrations extends DynamicDrizzleMigrations {
  /** @internal */
  static override readonly parts = {
    Index,
    DrizzleStatements: NativeStatements,
    DrizzleMarked: NativeMarked,
  };
}
