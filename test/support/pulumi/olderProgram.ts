// The program and the database of the states in states/, which older releases have written.
import type { CustomResourceOptions } from "@pulumi/pulumi";
import type * as pgindex from "pulumi-pgindex";

/** What its indexes have become: a stack knows them already. */
export const OLDER_DATABASE = [
  "CREATE TABLE t (id int NOT NULL, email text, body text)",
  "INSERT INTO t SELECT n, n || '@x.test', repeat('x', 40) FROM generate_series(1, 1000) n",
  "CREATE INDEX t_email_idx ON t (lower(email), id DESC) INCLUDE (body) " +
    "WITH (fillfactor = 70, deduplicate_items = false) WHERE email IS NOT NULL",
  "ALTER INDEX t_email_idx ALTER COLUMN 1 SET STATISTICS 500",
  "COMMENT ON INDEX t_email_idx IS 'sign-in'",
  "ALTER TABLE t ADD CONSTRAINT t_key UNIQUE (id)",
  "CREATE INDEX t_body_idx ON t (body)",
  "ANALYZE t",
];

/** The program whose `pulumi up` has written the states. */
export function olderProgram(
  { Index, Verification }: Pick<typeof pgindex, "Index" | "Verification">,
  formerType = (_name: string): CustomResourceOptions => ({}),
) {
  return async (): Promise<void> => {
    const email = new Index(
      "email",
      {
        table: "t",
        name: "t_email_idx",
        columns: [
          { expression: "lower(email)", statistics: 500 },
          { column: "id", order: "desc" },
        ],
        include: ["body"],
        predicate: "email IS NOT NULL",
        storageParameters: { fillfactor: 70, deduplicate_items: false },
        comment: "sign-in",
        serves: [
          {
            name: "by email",
            sql: "SELECT id FROM t WHERE lower(email) = $1 AND email IS NOT NULL",
            values: ["7@x.test"],
          },
        ],
      },
      formerType("Index"),
    );
    const key = { table: "t", name: "t_key", columns: ["id"], constraint: "unique" } as const;
    new Index("key", key, formerType("Index"));
    const plain = { table: "t", name: "t_body_idx", columns: ["body"], waitFor: "90s" };
    new Index("plain", { ...plain, rebuildWhen: { trigger: "one" } }, formerType("Index"));
    new Verification("proof", { index: email }, formerType("Verification"));
  };
}
