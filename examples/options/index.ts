import { Index, Verification } from "pulumi-pgindex";

// No Connection: DATABASE_URL is read where Pulumi runs, and the state contains no URL.

new Index("accounts-email", {
  table: "accounts",
  name: "accounts_email_key",
  columns: [{ expression: "lower(email)" }],
  unique: true,
  predicate: "deleted_at IS NULL",
});

new Index("messages-headers", {
  schema: "mail",
  table: "messages",
  name: "messages_headers_idx",
  columns: [{ column: "headers", operatorClass: "jsonb_path_ops" }],
  accessMethod: "gin",
});

const inbox = new Index("messages-inbox", {
  schema: "mail",
  table: "messages",
  name: "messages_inbox_idx",
  columns: ["account_id", { column: "read_at", order: "desc", nulls: "last" }],
  include: ["subject"],
  storageParameters: { fillfactor: 90 },
  serves: [
    {
      name: "inbox",
      sql: `SELECT subject FROM messages WHERE account_id = $1
             ORDER BY read_at DESC NULLS LAST LIMIT 50`,
      sample: "SELECT id FROM accounts ORDER BY id LIMIT 5",
      expect: { maximumMs: 50 },
    },
  ],
});

const proof = new Verification("inbox-proof", { index: inbox, onFailedExpectation: "error" });
export const queries = proof.queries;
