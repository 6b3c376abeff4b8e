import { join } from "node:path";
import { Index, indexesFromSql, PrismaBaseline } from "pulumi-pgindex";

const migration = "20260102000000_message_indexes";
const folder = join("prisma", "migrations");

// prisma migrate would build it in a transaction, which locks out every write until it is done.
const indexes = indexesFromSql(join(folder, migration, "migration.sql")).map(
  (each) => new Index(each.name, each),
);

// Then prisma migrate deploy takes it for applied, and goes on with the next.
new PrismaBaseline("message-indexes", { migration, folder }, { dependsOn: indexes });

export const definitions = indexes.map(({ definition }) => definition);
