import { type Case, CONVERSATION, of } from "./cases.ts";

export const BTREES: readonly Case[] = [
  ...of(
    "btree",
    { table: "messages", name: "m1", columns: ["conversation"] },
    { sql: "SELECT * FROM messages WHERE conversation = $1", values: [CONVERSATION] },
    { sql: "SELECT count(*) FROM messages WHERE conversation = $1", values: [CONVERSATION] },
  ),
  ...of(
    "btree",
    { table: "messages", name: "m2", columns: ["conversation", "sent_at"] },
    {
      sql: "SELECT * FROM messages WHERE conversation = $1 ORDER BY sent_at DESC LIMIT 10",
      values: [CONVERSATION],
    },
    { sql: "SELECT max(sent_at) FROM messages WHERE conversation = $1", values: [CONVERSATION] },
  ),
  ...of(
    "btree",
    { table: "messages", name: "m3", columns: ["sent_at"] },
    "SELECT * FROM messages WHERE sent_at > timestamptz '2025-10-05 00:00:00+00'",
    "SELECT * FROM messages WHERE sent_at BETWEEN timestamptz '2025-03-01' AND timestamptz '2025-03-02'",
    "SELECT id FROM messages WHERE sent_at < timestamptz '2025-08-01'",
  ),
  ...of(
    "btree",
    { table: "messages", name: "m4", columns: ["state", "priority"] },
    "SELECT * FROM messages WHERE state = 'failed' AND priority = 9",
    "SELECT count(*) FROM messages WHERE state = 'new'",
    "SELECT state, count(*) FROM messages GROUP BY state",
  ),
  ...of(
    "btree",
    { table: "messages", name: "m5", columns: ["amount"] },
    "SELECT id FROM messages WHERE amount > 4950",
    "SELECT id, amount FROM messages WHERE amount < 1",
  ),
  ...of(
    "btree",
    { table: "messages", name: "m6", columns: ["author"] },
    "SELECT * FROM messages WHERE author = 31999",
    "SELECT author, count(*) FROM messages WHERE author BETWEEN 40000 AND 40100 GROUP BY author",
  ),
  ...of(
    "btree",
    { table: "users", name: "u1", columns: ["email"], unique: true },
    "SELECT * FROM users WHERE email = 'User777@example.com'",
    "SELECT * FROM users ORDER BY email LIMIT 20",
  ),
  ...of(
    "btree",
    { table: "users", name: "u2", columns: ["country", "karma"] },
    "SELECT * FROM users WHERE country = 'br' AND karma > 9000",
    "SELECT * FROM users WHERE country = 'de' ORDER BY karma DESC LIMIT 5",
  ),
  ...of(
    "btree",
    { table: "users", name: "u3", columns: ["mood"] },
    "SELECT count(*) FROM users WHERE mood IS NULL",
    "SELECT count(*) FROM users WHERE mood = 'happy'",
  ),
  ...of(
    "btree",
    { table: "readings", name: "r1", columns: ["sensor", "at"] },
    "SELECT * FROM readings WHERE sensor = 77 ORDER BY at DESC LIMIT 1",
    "SELECT avg(value) FROM readings WHERE sensor = 77 AND at > timestamptz '2026-01-25'",
  ),
  ...of(
    "in list",
    { table: "messages", name: "m7", columns: ["author", "id"] },
    "SELECT * FROM messages WHERE author IN (101, 5005, 17000, 29001, 55003)",
    "SELECT * FROM messages WHERE author = ANY (ARRAY[7, 8, 9])",
  ),
  ...of(
    "in list",
    { table: "readings", name: "r2", columns: ["sensor"] },
    "SELECT * FROM readings WHERE sensor IN (3, 4)",
  ),
  ...of(
    "or",
    { table: "messages", name: "m8", columns: ["author"] },
    "SELECT * FROM messages WHERE author = 12345 OR id = 12345",
    "SELECT * FROM messages WHERE author = 100 OR author = 50000 OR author = 30000",
  ),
  ...of(
    "top-n",
    { table: "messages", name: "m9", columns: ["priority", "sent_at"] },
    "SELECT * FROM messages ORDER BY priority, sent_at LIMIT 50",
    "SELECT * FROM messages WHERE priority = 8 ORDER BY sent_at LIMIT 50",
  ),
  ...of(
    "top-n",
    { table: "messages", name: "m10", columns: [{ column: "amount", order: "desc" }] },
    "SELECT id, amount FROM messages ORDER BY amount DESC LIMIT 100",
    "SELECT id, amount FROM messages ORDER BY amount DESC, id LIMIT 100",
  ),
  ...of(
    "partial",
    { table: "messages", name: "m11", columns: ["sent_at"], predicate: "state = 'failed'" },
    "SELECT * FROM messages WHERE state = 'failed' ORDER BY sent_at LIMIT 20",
    "SELECT count(*) FROM messages WHERE state = 'failed' AND sent_at > '2025-09-01'",
  ),
  ...of(
    "partial",
    { table: "messages", name: "m12", columns: ["author"], predicate: "read_at IS NULL" },
    "SELECT id FROM messages WHERE author = 20000 AND read_at IS NULL",
    "SELECT author, count(*) FROM messages WHERE read_at IS NULL GROUP BY author",
  ),
  ...of(
    "partial",
    { table: "users", name: "u4", columns: ["deleted_at"], predicate: "deleted_at IS NOT NULL" },
    "SELECT count(*) FROM users WHERE deleted_at IS NOT NULL",
    "SELECT id FROM users WHERE deleted_at < timestamptz '2026-01-05'",
  ),
  ...of(
    "include",
    { table: "messages", name: "m13", columns: ["author"], include: ["state", "sent_at"] },
    "SELECT state, sent_at FROM messages WHERE author = 25000",
    "SELECT count(*) FROM messages WHERE author < 1000",
  ),
  ...of(
    "include",
    { table: "users", name: "u5", columns: ["country"], include: ["karma"] },
    "SELECT sum(karma) FROM users WHERE country = 'fr'",
  ),
  ...of(
    "expression",
    { table: "users", name: "u6", columns: [{ expression: "lower(email)" }] },
    "SELECT * FROM users WHERE lower(email) = 'user777@example.com'",
    "SELECT * FROM users ORDER BY lower(email) LIMIT 10",
  ),
  ...of(
    "expression",
    { table: "messages", name: "m14", columns: [{ expression: "(doc ->> 'ref')" }] },
    "SELECT id FROM messages WHERE doc ->> 'ref' = 'c4ca4238a0b923820dcc509a6f75849b'",
  ),
  ...of(
    "expression",
    {
      table: "messages",
      name: "m15",
      columns: [{ expression: "((doc ->> 'kind')::int)" }, "sent_at"],
    },
    "SELECT id FROM messages WHERE (doc ->> 'kind')::int = 17 ORDER BY sent_at LIMIT 10",
  ),
];
