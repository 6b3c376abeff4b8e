exports.up = async (knex) =>
  knex.schema.createTable("_sync_records", (table) => {
    table.uuid("id").notNullable();
    table.string("model").notNullable();
    table.integer("connection_id");
    table.boolean("active").defaultTo(true);
    table.timestamps(true, true);
  });

exports.down = async (knex) => knex.schema.dropTable("_sync_records");
