// A stack's state, whichever provider has written it.
import { expect, test } from "vitest";
import { readStackState } from "../../../providers/pgindex/src/status/stackState.ts";

test.each(["pulumi-nodejs:pgindex:", "pgindex:index:"])("resources of %s… are ours", (types) => {
  const urn = (kind: string) => `urn:pulumi:production::app::${types}${kind}::it`;
  const kinds = ["Index", "Verification", "PromotionGate", "Backup", "PrismaBaseline"];
  const resources = [
    ...kinds.map((kind) => ({
      urn: urn(kind),
      type: `${types}${kind}`,
      outputs: { schemaVersion: 1 },
    })),
    { urn: urn("Index"), type: "pgindex:other:Index", outputs: { schemaVersion: 1 } },
  ];
  const state = readStackState({ deployment: { resources } });
  const { stack, indexes, verifications, gates, backups, baselines } = state;
  expect(stack).toBe("production");
  const counts = [indexes, verifications, gates, backups, baselines].map(({ length }) => length);
  expect(counts).toEqual([1, 1, 1, 1, 1]);
});
