// What an answer of the server rests on can go between two statements, and so can the session itself.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { builtForm } from "../../providers/pgindex/src/engine/build/attempt.ts";
import { removeDetached } from "../../providers/pgindex/src/engine/build/detachedPart.ts";
import { removeLeftover } from "../../providers/pgindex/src/engine/build/leftoverCleanup.ts";
import { readPrivileges } from "../../providers/pgindex/src/engine/catalog/privileges.ts";
import { readServerMemory } from "../../providers/pgindex/src/engine/catalog/serverMemory.ts";
import { obstacleRefusal } from "../../providers/pgindex/src/engine/compare/obstacleRefusal.ts";
import { isConnectionLoss } from "../../providers/pgindex/src/engine/errors/sqlstate.ts";
import { readUniqueKey } from "../../providers/pgindex/src/engine/foresight/uniqueKey.ts";
import { loadParser } from "../../providers/pgindex/src/engine/input/expression.ts";
import { chargeOrNot } from "../../providers/pgindex/src/engine/scans/boundedTransaction.ts";
import { stopCounting } from "../../providers/pgindex/src/engine/scans/scanCounting.ts";
import { ledgerScans } from "../../providers/pgindex/src/engine/scans/scanLedger.ts";
import { openSession, type Session } from "../../providers/pgindex/src/engine/session/session.ts";
import { observeAges } from "../../providers/pgindex/src/engine/sight/transactionAges.ts";
import { changingFunction } from "../../providers/pgindex/src/engine/situation/causes/volatility.ts";
import { fittingOperatorClass } from "../../providers/pgindex/src/engine/situation/near/keyTypes.ts";
import { unableMethod } from "../../providers/pgindex/src/engine/situation/near/methods.ts";
import {
  missingNames,
  nearColumns,
} from "../../providers/pgindex/src/engine/situation/near/nearColumns.ts";
import { unqualifiedBody } from "../../providers/pgindex/src/engine/situation/near/nearFunctions.ts";
import { readUsage } from "../../providers/pgindex/src/engine/verify/usage.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { stateOf } from "../support/engine/engineDatabase.ts";
import { useTable } from "../support/engine/engineTable.ts";

const db = await useTable();
const target = targetOf(db.url);
const options = { purpose: "test", searchPath: [], writable: false };
const index = (args: Args) => declare({ table: "t", name: "t_idx", columns: ["a"], ...args });
const GONE = { schema: "public", table: "gone", name: "gone_idx" };

let session: Session;
beforeAll(loadParser);
beforeEach(async () => {
  session = await openSession(target, options);
});
afterEach(() => session.close());

describe("what is gone is no answer, and no other answer", () => {
  test("a table", async () => {
    expect((await failureOf(readPrivileges(session, 0))).message).toContain("the table vanished");
    const refusal = obstacleRefusal(session, await index({ table: "gone" }), "locked");
    expect((await failureOf(refusal)).message).toContain("the table vanished");
    expect(await removeLeftover(target, GONE, record().ctx)).toBe("nothing was left behind");
  });

  test("an index", async () => {
    expect(await ledgerScans(session, GONE)).toBeNull();
    expect(await readUsage(session, GONE)).toBeUndefined();
    const root = { schema: "public", table: "t" };
    expect(await removeDetached(target, GONE, root, record().ctx)).toBe("");
    const unknown = { kind: "cannotVerify", obstacle: "locked" } as const;
    const attempt = { observer: session, journal: { building: GONE } };
    expect(await builtForm(attempt as unknown as Parameters<typeof builtForm>[0], unknown)).toBe(
      unknown,
    );
  });

  test("the partitioned table of an index, which is then nobody's part", async () => {
    await db.query("CREATE INDEX t_part ON t (a)");
    const made = { schema: "public", name: "t_part" };
    expect(await removeDetached(target, made, GONE, record().ctx)).toMatch(
      /^public\.t was detached from public\.gone meanwhile; its index public\.t_part was dropped$/,
    );
    expect(await stateOf(db, "t_part")).toBeUndefined();
  });

  test("a transaction, whose age nobody knows", async () => {
    const ageOf = await observeAges(session);
    for (const none of [null, undefined])
      expect(ageOf(none)).toMatchObject({ atLeast: expect.any(Number) });
  });
});

describe("why a declaration was refused is not guessed where the catalog has no reason", () => {
  test.each<[title: string, probe: typeof nearColumns, args: Args]>([
    ["every column is there", nearColumns, {}],
    ["no such method", unableMethod, { accessMethod: "nowhere", unique: true }],
    ["no function has a body of its own", unqualifiedBody, {}],
    ["nothing changes", changingFunction, { columns: [{ expression: "abs(a)" }] }],
    ["nobody can parse it", changingFunction, { columns: [{ expression: "nowhere(a)" }] }],
    ["no key has a type", fittingOperatorClass, { columns: [{ expression: "nowhere(a)" }] }],
    ["each key's type fits", fittingOperatorClass, {}],
  ])("%s", async (_, probe, args) => {
    expect(await probe(session, await index(args))).toBeUndefined();
  });

  test("and what of it is no column is named, wherever it stands", async () => {
    const columns = ["a", "gone", { expression: "abs(lost)" }];
    const args = { columns, include: ["b", "past"], predicate: "never > 0" };
    expect(await missingNames(session, await index(args))).toEqual([
      "gone",
      "past",
      "lost",
      "never",
    ]);
  });

  test("nor are duplicates, of a key that the server does not take", async () => {
    const desired = await index({ columns: ["gone"], unique: true });
    expect(await readUniqueKey(session, desired)).toEqual({
      kind: "unreadable",
      why: "the server lets nobody try the declaration on a copy",
    });
  });
});

test("a session that has ended is no answer of the server, and none is made up", async () => {
  const ended = await openSession(target, options);
  await ended.close();
  const asked = [
    () => stopCounting(ended),
    () => readServerMemory(ended),
    () => chargeOrNot(ended, new Map([[1, 1]])),
  ];
  for (const ask of asked) expect(isConnectionLoss(await failureOf(ask()))).toBe(true);
});
