import { BTREES } from "./btreeCorpus.ts";
import { type Case, CONVERSATION, of } from "./cases.ts";

export const CORPUS: readonly Case[] = [
  ...BTREES,
  ...of(
    "gin arrays",
    { table: "messages", name: "m16", columns: ["tags"], accessMethod: "gin" },
    "SELECT id FROM messages WHERE tags @> ARRAY['t59', 'u7']",
    "SELECT count(*) FROM messages WHERE tags && ARRAY['u1', 'u2']",
    "SELECT count(*) FROM messages WHERE tags @> ARRAY['t1']",
  ),
  ...of(
    "gin jsonb",
    {
      table: "messages",
      name: "m17",
      columns: [{ column: "doc", operatorClass: "jsonb_path_ops" }],
      accessMethod: "gin",
    },
    `SELECT id FROM messages WHERE doc @> '{"n": 77}'`,
    `SELECT id FROM messages WHERE doc @> '{"kind": 3, "flags": ["f2"]}'`,
  ),
  ...of(
    "gin jsonb",
    { table: "messages", name: "m18", columns: ["doc"], accessMethod: "gin" },
    `SELECT id FROM messages WHERE doc @> '{"n": 78}'`,
  ),
  ...of(
    "gin trigrams",
    {
      table: "users",
      name: "u7",
      columns: [{ column: "name", operatorClass: "gin_trgm_ops" }],
      accessMethod: "gin",
    },
    "SELECT id FROM users WHERE name ILIKE '%c4ca42%'",
    "SELECT id FROM users WHERE name LIKE '%ab12%'",
  ),
  ...of(
    "gin text search",
    { table: "messages", name: "m19", columns: ["search"], accessMethod: "gin" },
    "SELECT id FROM messages WHERE search @@ to_tsquery('english', 'zebra & quokka')",
    "SELECT count(*) FROM messages WHERE search @@ plainto_tsquery('english', 'invoice')",
  ),
  ...of(
    "brin",
    { table: "readings", name: "r3", columns: ["at"], accessMethod: "brin" },
    "SELECT avg(value) FROM readings WHERE at BETWEEN timestamptz '2026-01-10' AND timestamptz '2026-01-11'",
    "SELECT count(*) FROM readings WHERE at > timestamptz '2026-01-29'",
  ),
  ...of(
    "brin",
    {
      table: "readings",
      name: "r4",
      columns: ["at"],
      accessMethod: "brin",
      storageParameters: { pages_per_range: "16" },
    },
    "SELECT count(*) FROM readings WHERE at < timestamptz '2026-01-02'",
  ),
  ...of(
    "gist ranges",
    { table: "bookings", name: "b1", columns: ["during"], accessMethod: "gist" },
    "SELECT id FROM bookings WHERE during && tstzrange('2026-05-01', '2026-05-02')",
    "SELECT id FROM bookings WHERE during @> timestamptz '2026-09-09 12:00:00+00'",
  ),
  ...of(
    "gist ranges",
    { table: "bookings", name: "b2", columns: ["place"], accessMethod: "gist" },
    "SELECT id FROM bookings WHERE place <@ box '(10,10),(30,30)'",
    "SELECT id FROM bookings ORDER BY place <-> point '(500,500)' LIMIT 5",
  ),
  ...of(
    "partitioned",
    { table: "events", name: "e1", columns: ["account", "at"] },
    "SELECT * FROM events WHERE account = 3210",
    "SELECT * FROM events WHERE account = 3210 AND at BETWEEN '2026-03-05' AND '2026-03-20'",
    "SELECT * FROM events WHERE account = 44 ORDER BY at DESC LIMIT 3",
  ),
  ...of(
    "partitioned",
    { table: "events", name: "e2", columns: ["kind"] },
    "SELECT count(*) FROM events WHERE kind = 'buy' AND at = '2026-04-04'",
  ),
  ...of(
    "joins",
    { table: "messages", name: "m20", columns: ["author"] },
    "SELECT u.email, m.id FROM users u JOIN messages m ON m.author = u.id WHERE u.email = 'User777@example.com'",
    "SELECT u.country, count(*) FROM users u JOIN messages m ON m.author = u.id WHERE u.karma > 9900 GROUP BY u.country",
    "SELECT count(*) FROM users u JOIN messages m ON m.author = u.id",
  ),
  ...of(
    "joins",
    { table: "users", name: "u8", columns: ["karma"] },
    "SELECT m.id FROM users u JOIN messages m ON m.author = u.id WHERE u.karma = 9999 AND m.state = 'failed'",
    "SELECT u.id FROM users u WHERE u.karma > 9990 AND EXISTS (SELECT FROM messages m WHERE m.author = u.id AND m.state = 'new')",
  ),
  ...of(
    "joins",
    { table: "readings", name: "r5", columns: ["sensor", "at"], include: ["value"] },
    "SELECT s, (SELECT value FROM readings r WHERE r.sensor = s ORDER BY at DESC LIMIT 1) FROM generate_series(1, 20) s",
    "SELECT r.value FROM (VALUES (3), (5), (8)) AS v (sensor) JOIN readings r USING (sensor) WHERE r.at > timestamptz '2026-01-28'",
  ),
  ...of(
    "hash",
    { table: "messages", name: "m21", columns: ["conversation"], accessMethod: "hash" },
    { sql: "SELECT * FROM messages WHERE conversation = $1", values: [CONVERSATION] },
  ),
];
