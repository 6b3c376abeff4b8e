CREATE TABLE "Message" (
  "id" bigint PRIMARY KEY,
  "conversationId" bigint NOT NULL,
  "createdAt" timestamptz NOT NULL
);
INSERT INTO "Message" SELECT n, n % 50, now() FROM generate_series(1, 5000) n;
-- As prisma migrate has left it: it knows the migrations before this one.
CREATE TABLE _prisma_migrations (
  id varchar(36) PRIMARY KEY,
  checksum varchar(64) NOT NULL,
  finished_at timestamptz,
  migration_name varchar(255) NOT NULL,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(),
  applied_steps_count integer NOT NULL DEFAULT 0
);
