exports.config = { transaction: false };

exports.up = async (knex) => {
  await knex.schema.raw(
    'CREATE UNIQUE INDEX CONCURRENTLY "idx_records_id_pkey" ON "_sync_records" USING BTREE ("id")',
  );
  await knex.schema.raw(
    'CREATE INDEX CONCURRENTLY "idx_records_old" ON "_sync_records" USING BTREE ("model")',
  );
};

exports.down = async (knex) => {
  await knex.schema.raw("DROP INDEX CONCURRENTLY idx_records_id_pkey");
};
