// The program both Pulumi CLIs run: the indexes in the file that $CHAOS_DECLARATIONS names, in the
// database of $DATABASE_URL.
import { readFileSync } from "node:fs";
import { ComponentResource } from "@pulumi/pulumi";
import { Connection, Index, type IndexArgs } from "pulumi-pgindex";

/** The indexes, and the entries of the state that they have for now. */
interface Declared {
  /** Appended to each logical name. */
  readonly suffix: string;
  /** The component that the indexes are in; empty for none. */
  readonly component: string;
  readonly indexes: readonly IndexArgs[];
}

const { suffix, component, indexes }: Declared = JSON.parse(
  readFileSync(process.env.CHAOS_DECLARATIONS ?? "", "utf8"),
);

/** One build on each of the five tables. */
const provider = new Connection("database", { maxConcurrentBuilds: 5 });
const parent = component ? new ComponentResource("chaos:index:Set", component) : undefined;
for (const args of indexes) new Index(`${String(args.name)}${suffix}`, args, { provider, parent });
