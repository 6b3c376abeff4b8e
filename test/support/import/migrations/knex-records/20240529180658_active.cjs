exports.config = { transaction: false };

exports.up = (knex) =>
  knex.schema
    .raw(`CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_records_active
            ON _sync_records USING BTREE (connection_id, created_at DESC)
            WHERE active = true;`)
    .then(() => knex.schema.raw("DROP INDEX CONCURRENTLY IF EXISTS idx_records_old"));

exports.down = async () => {};
