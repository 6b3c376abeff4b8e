// The program both Pulumi CLIs run: the indexes in the file that $CHAOS_DECLARATIONS names, in the
// database of $DATABASE_URL.
import { readFileSync } from "node:fs";
import { Connection, Index, type IndexArgs } from "pulumi-pgindex";

const declarations: readonly IndexArgs[] = JSON.parse(
  readFileSync(process.env.CHAOS_DECLARATIONS ?? "", "utf8"),
);

/** One build on each of the five tables. */
const provider = new Connection("database", { maxConcurrentBuilds: 5 });
for (const args of declarations) new Index(String(args.name), args, { provider });
