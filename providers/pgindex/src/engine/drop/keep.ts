import { runAlteration } from "../alteration/alteration";
import type { LiveIndex } from "../catalog/liveIndex";
import type { IndexIdentity } from "../compare/identity";
import { commentSql } from "../declare/statement";
import type { Operation } from "../operation/operation";
import { keptText } from "./keepMessages";
import type { Found } from "./ownIndexes";

/** Keeps the index and says so. Our mark goes: the next owner is not to be refused for it. */
export async function keepIndex(
  operation: Operation,
  identity: IndexIdentity,
  { live, why }: Extract<Found, { kind: "keep" }>,
): Promise<void> {
  if (live.mark && live.mark.id === identity.ownerId) await removeMark(operation, live);
  operation.ctx.log("warning", keptText(live, why));
}

async function removeMark(operation: Operation, live: LiveIndex): Promise<void> {
  const { schema, name, oid, tableOid, canonical } = live;
  const what = `give up ${schema}.${name}`;
  const sqls = commentSql({ schema, comment: canonical.comment ?? "" }, name);
  await runAlteration({ sqls, what, tableOid, expects: [{ oid, name }] }, operation);
}
