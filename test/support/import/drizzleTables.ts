import { boolean, integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";

export const columns = () => ({
  id: integer("id").primaryKey(),
  email: text("email").notNull().unique(),
  active: boolean("is_active"),
  at: timestamp("created_at", { withTimezone: true }),
});

// biome-ignore lint/suspicious/noExplicitAny: Drizzle exports no type for columns and extras
export type Untyped = any;
export type Extras = (table: Untyped) => Untyped[];

export function docs(extras: Extras = () => []) {
  return pgTable("docs", columns(), extras);
}
