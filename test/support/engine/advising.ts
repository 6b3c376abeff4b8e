import { afterEach, beforeEach } from "vitest";
import { ensureIndex } from "../../../providers/pgindex/src/engine/build/ensure.ts";
import { createDatabase, type TestDatabase } from "../server/database.ts";
import { declare, record, targetOf } from "./engine.ts";
import { settle } from "./engineDatabase.ts";
import { createRoles, dropRoles, type Roles } from "./engineRoles.ts";

export const desired = await declare({
  schema: "app",
  table: "t",
  name: "t_idx",
  columns: ["a"],
});

/** One that is compared on a copy of its table: the catalog alone cannot tell what it means. */
export const compared = await declare({
  schema: "app",
  table: "t",
  name: "t_idx",
  columns: ["a"],
  accessMethod: "hash",
});

/** For each test of a file: a database with roles, and a table that one of them owns. */
export class Advising {
  db!: TestDatabase;
  roles!: Roles;

  readonly build = (index = desired) =>
    ensureIndex({ database: targetOf(this.roles.url), desired: index, ctx: record().ctx });

  /** The SQL that an operation's failure says to run; undefined when it succeeds. */
  async adviceOf(operation: Promise<unknown>): Promise<string | undefined> {
    const message = await operation.then(
      () => undefined,
      (error: Error) => error.message,
    );
    return message && (/^ +fix: run: (.+;)$/m.exec(message)?.[1] ?? message);
  }

  /** Follows the advice of every failure until the operation succeeds. Returns what it ran. */
  async followAdvice(operation: () => Promise<unknown>): Promise<string[]> {
    const followed: string[] = [];
    for (;;) {
      const advice = await this.adviceOf(operation());
      if (advice === undefined) return followed;
      if (followed.includes(advice)) throw new Error(`the advice did not help: ${advice}`);
      followed.push(advice);
      await this.db.query(advice);
    }
  }
}

export function useAdvising(): Advising {
  const a = new Advising();
  beforeEach(async () => {
    a.db = await createDatabase();
    a.roles = await createRoles(a.db);
    await a.db.query("CREATE TABLE app.t (a int)");
    await a.db.query(`ALTER TABLE app.t OWNER TO ${a.roles.owner}`);
  });
  afterEach(async () => {
    await settle(a.db);
    await dropRoles(a.db, a.roles);
    await a.db.drop();
  });
  return a;
}
