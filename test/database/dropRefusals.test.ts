import { describe, expect, test } from "vitest";
import { useBuiltIndex } from "../support/engine/builtIndex.ts";
import { failureOf, record } from "../support/engine/engine.ts";
import { hold, identityOf, oidOf, stateOf, until } from "../support/engine/engineDatabase.ts";

const built = useBuiltIndex();

/** Drops what stands and puts this in its place. */
async function replace(...statements: string[]): Promise<void> {
  await built.db.query("DROP INDEX t_idx");
  for (const statement of statements) await built.db.query(statement);
}

describe("an index that is not what we built is refused, and stays", () => {
  test.each<[title: string, statements: string[], message: RegExp]>([
    [
      "another definition",
      ["CREATE INDEX t_idx ON t (b)"],
      /the index that now has that name is not the one this stack built: columns: built a .*, found b /,
    ],
    ["unique now", ["CREATE UNIQUE INDEX t_idx ON t (a)"], /unique: built none, found true/],
    [
      "on another table",
      ["CREATE TABLE other (a int)", "CREATE INDEX t_idx ON other (a)"],
      /it is on table other/,
    ],
  ])("%s", async (_title, statements, message) => {
    await replace(...statements);
    const oid = await oidOf(built.db, "t_idx");
    const failure = await failureOf(built.drop());
    expect(failure.message).toMatch(/^refused to drop index public\.t_idx\n/);
    expect(failure.message).toMatch(message);
    expect(failure.message).toMatch(/pulumi state delete/);
    expect(await oidOf(built.db, "t_idx")).toBe(oid);
  });

  test("also when it was put there while we waited for our turn", async () => {
    const holder = await hold(built.db, "BEGIN", "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
    const recorder = record();
    const dropping = failureOf(built.drop(recorder));
    await until("it waits", async () => recorder.statuses.join().includes(`pid ${holder.pid} `));
    await holder.client.query("DROP INDEX t_idx; CREATE INDEX t_idx ON t (b); COMMIT");
    expect((await dropping).message).toMatch(/^refused to drop index[\s\S]*found b /);
    expect(await stateOf(built.db, "t_idx")).toBe("t/t/t");
  });

  test("what serves a constraint", async () => {
    await built.db.query("DROP INDEX t_idx");
    built.identity = identityOf(await built.build({ unique: true }));
    await built.db.query("ALTER TABLE t ADD CONSTRAINT t_idx UNIQUE USING INDEX t_idx");
    const { message } = await failureOf(built.drop());
    expect(message).toMatch(
      /backs the constraint t_idx of public\.t\n.*ALTER TABLE "public"\."t" DROP CONSTRAINT/,
    );
    expect(await stateOf(built.db, "t_idx")).toBe("t/t/t");
  });

  test("the replica identity; the advice helps", async () => {
    await built.db.query("DROP INDEX t_idx; ALTER TABLE t ALTER a SET NOT NULL");
    built.identity = identityOf(await built.build({ unique: true }));
    await built.db.query("ALTER TABLE t REPLICA IDENTITY USING INDEX t_idx");
    const { message } = await failureOf(built.drop());
    expect(message).toMatch(/is the replica identity of public\.t/);
    expect(await stateOf(built.db, "t_idx")).toBe("t/t/t");
    await built.db.query(/fix: .*?(ALTER TABLE .*);/.exec(message)?.[1] ?? message);
    await built.drop();
    expect(await stateOf(built.db, "t_idx")).toBeUndefined();
  });

  test("what a foreign key needs: refused before PostgreSQL would, once", async () => {
    await built.db.query("DROP INDEX t_idx");
    built.identity = identityOf(await built.build({ unique: true }));
    await built.db.query("CREATE TABLE child (a int REFERENCES t (a))");
    const recorder = record();
    const { message } = await failureOf(built.drop(recorder));
    expect(message).toMatch(
      /^refused to drop index public\.t_idx\n.*a foreign key references it.*\n.*drop the foreign key first.*\n.*pulumi state delete/,
    );
    expect(recorder.lines).toEqual([]);
    expect(await stateOf(built.db, "t_idx")).toBe("t/t/t");
    await built.db.query("ALTER TABLE child DROP CONSTRAINT child_a_fkey");
    await built.drop();
    expect(await stateOf(built.db, "t_idx")).toBeUndefined();
  });
});
