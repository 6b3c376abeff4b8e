/** The tables that the queries read, filled as an application fills them: skewed and correlated. */
export const TABLES: readonly string[] = [
  "CREATE EXTENSION pg_trgm",
  "SELECT setseed(0.42)",
  "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')",
  `CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, country text NOT NULL, mood mood,
     created_at timestamptz NOT NULL, deleted_at timestamptz, karma int NOT NULL, name text NOT NULL)`,
  `INSERT INTO users
   SELECT g, 'User' || g || '@' || (ARRAY['example.com', 'mail.test', 'post.test'])[1 + g % 3],
          (ARRAY['de', 'fr', 'us', 'us', 'us', 'br', 'in', 'in'])[1 + (random() * 7)::int],
          (ARRAY['sad', 'ok', 'happy', NULL])[1 + (random() * 3)::int]::mood,
          timestamptz '2024-01-01' + g * interval '13 minutes',
          CASE WHEN random() < 0.04 THEN timestamptz '2026-01-01' + random() * interval '200 days' END,
          (random() ^ 4 * 10000)::int,
          initcap(substr(md5(g::text), 1, 6)) || ' ' || initcap(substr(md5((g % 900)::text), 1, 8))
     FROM generate_series(1, 60000) g`,
  `CREATE TABLE messages (id bigint PRIMARY KEY, conversation uuid NOT NULL, author bigint NOT NULL REFERENCES users,
     state text NOT NULL, sent_at timestamptz NOT NULL, priority smallint NOT NULL, read_at timestamptz,
     body text NOT NULL, tags text[] NOT NULL, doc jsonb NOT NULL, amount numeric(10, 2) NOT NULL,
     search tsvector GENERATED ALWAYS AS (to_tsvector('english', body)) STORED)`,
  `INSERT INTO messages (id, conversation, author, state, sent_at, priority, read_at, body, tags, doc, amount)
   SELECT g, md5((g / 12 + (random() * 40)::int)::text)::uuid, 1 + (random() ^ 2 * 59999)::int,
          (ARRAY['new', 'queued', 'sent', 'sent', 'sent', 'sent', 'sent', 'failed'])[1 + (random() ^ 2 * 7)::int],
          timestamptz '2025-01-01' + g * interval '97 seconds' + random() * interval '1 hour',
          (random() ^ 3 * 9)::int, CASE WHEN random() < 0.85 THEN timestamptz '2025-06-01' + g * interval '97 seconds' END,
          (SELECT string_agg(w[1 + (random() ^ 2 * 39)::int + (g + s) % 2], ' ')
             FROM generate_series(1, 6 + g % 9) s),
          ARRAY['t' || (random() ^ 2 * 60)::int, 'u' || (g % 400)],
          jsonb_build_object('kind', (random() ^ 2 * 30)::int, 'ref', md5(g::text), 'n', g % 700,
                             'flags', jsonb_build_array('f' || g % 7, 'g' || g % 90)),
          round((random() ^ 3 * 5000)::numeric, 2)
     FROM generate_series(1, 250000) g,
          (SELECT string_to_array('the a to invoice order payment failed please help account password reset ' ||
             'shipping address card refund late broken thanks team contract meeting report bug crash login ' ||
             'mobile desktop browser network latency database index query plan vacuum replica backup restore export import ' ||
             'zebra quokka walrus', ' ') AS w) words`,
  `CREATE TABLE readings (sensor int NOT NULL, at timestamptz NOT NULL, value double precision NOT NULL, quality int)`,
  `INSERT INTO readings
   SELECT g % 500, timestamptz '2026-01-01' + g * interval '5 seconds', random() * 100 + g % 50,
          CASE WHEN g % 10 < 3 THEN NULL ELSE g % 4 END
     FROM generate_series(1, 500000) g`,
  `CREATE TABLE bookings (id bigint PRIMARY KEY, room int NOT NULL, during tstzrange NOT NULL,
     place point NOT NULL, guests int4range NOT NULL)`,
  `INSERT INTO bookings
   SELECT g, (random() * 199)::int,
          tstzrange(s, s + (1 + random() ^ 3 * 200) * interval '1 hour'),
          point(random() * 1000, random() * 1000), int4range((random() * 50)::int, 51 + (random() * 50)::int)
     FROM (SELECT g, timestamptz '2026-01-01' + random() * interval '400 days' AS s
             FROM generate_series(1, 100000) g) AS of`,
  `CREATE TABLE events (id bigint NOT NULL, account int NOT NULL, kind text NOT NULL, at date NOT NULL, payload text)
     PARTITION BY RANGE (at)`,
  ...Array.from({ length: 8 }, (_, i) => {
    const month = (n: number) => `2026-0${n}-01`;
    return `CREATE TABLE events_${i + 1} PARTITION OF events FOR VALUES FROM ('${month(i + 1)}') TO ('${month(i + 2)}')`;
  }),
  `INSERT INTO events
   SELECT g, (random() ^ 2 * 5000)::int, (ARRAY['view', 'view', 'view', 'click', 'buy'])[1 + (random() * 4)::int],
          date '2026-01-01' + (random() * 238)::int, repeat('p', (random() * 60)::int)
     FROM generate_series(1, 240000) g`,
  "VACUUM ANALYZE",
];
