// Every feature that indexes have in Drizzle. drizzle-kit reads this file too.
import { isNotNull, sql } from "drizzle-orm";
import {
  boolean,
  customType,
  index,
  integer,
  jsonb,
  numeric,
  pgEnum,
  pgSchema,
  pgTable,
  pgTableCreator,
  point,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
  varchar,
} from "drizzle-orm/pg-core";

export const app = pgSchema("app");
export const mood = pgEnum("mood", ["sad", "ok", "happy"]);
const period = customType<{ data: string }>({ dataType: () => "tstzrange" });

export const users = pgTable(
  "users",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    email: text("email").notNull().unique(),
    name: varchar("display_name", { length: 80 }),
    feeling: mood("feeling"),
    active: boolean("is_active").notNull().default(true),
    at: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    score: numeric("score", { precision: 10, scale: 2 }),
    tags: text("tags").array(),
    data: jsonb("data"),
    place: point("place"),
    valid: period("valid"),
    lower: text("lower").generatedAlwaysAs(sql`lower(email)`),
    odd: integer("Odd Column"),
    key: text(),
    mixedCase: text(),
  },
  (t) => [
    unique("users_once").on(t.name, t.feeling),
    // Names that Drizzle derives.
    index().on(t.name),
    index().on(t.at, t.active),
    uniqueIndex().on(t.odd),
    index().on(t.mixedCase, t.key),
    // Order.
    index("desc").on(t.at.desc()),
    index("asc").on(t.at.asc(), t.name.asc().nullsLast()),
    index("desc_first").on(t.at.desc().nullsFirst(), t.score.desc().nullsLast()),
    index("asc_first").on(t.score.nullsFirst()),
    // Operator classes.
    index("pattern").on(t.email.op("text_pattern_ops")),
    index("pattern_desc").on(t.name.desc().nullsFirst().op("varchar_pattern_ops"), t.id),
    index("pattern_more").on(t.email.op("text_pattern_ops"), t.at.desc(), t.email),
    // Access methods and their settings.
    index("hashed").using("hash", t.email),
    index("tagged").using("gin", t.tags).with({ fastupdate: "off" }),
    index("paths").using("gin", t.data.op("jsonb_path_ops")),
    index("placed").using("spgist", t.place.op("kd_point_ops")),
    index("during").using("gist", t.valid).with({ fillfactor: 70, buffering: "auto" }),
    index("ranged").using("brin", t.at, t.score).with({ pages_per_range: 16, autosummarize: true }),
    index("filled").on(t.id).with({ fillfactor: 90, deduplicate_items: false }),
    // Expressions.
    uniqueIndex("lowered").on(sql`lower(${t.email})`),
    index("mixed").on(t.active, sql`lower(${t.name}) desc nulls last`, t.at.desc()),
    index("bracketed").on(sql`(${t.score} * 2)`, sql`((${t.data} ->> 'kind'))`),
    index("collated").on(sql`${t.email} COLLATE "C" text_pattern_ops DESC`),
    index("raw").on(sql.raw("(data ->> 'a')")),
    index("words").using("gin", sql`to_tsvector('english', coalesce(${t.name}, ''))`),
    // Predicates.
    index("partial").on(t.at).where(sql`${t.active} and ${t.name} in ('a', 'b')`),
    index("partial_fn").on(t.at).where(isNotNull(t.name)),
    uniqueIndex("partial_unique").on(t.email).where(sql`feeling <> 'sad'::mood`),
    index("between").on(t.id).where(sql`${t.score} between 1 and 2.5 and ${t.active}`),
    // The way of the build.
    index("only").onOnly(t.score),
    index("apart").on(t.score, t.id).concurrently(),
  ],
);

export const events = app.table(
  "events",
  {
    userId: uuid("user_id").references(() => users.id),
    kind: text("kind"),
    at: timestamp("at"),
    aColumnWithQuiteALongName: integer("a_column_with_quite_a_long_name_so_that_names_are_cut"),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.at] }),
    index().on(t.kind),
    index().on(t.aColumnWithQuiteALongName, t.kind),
    index("desc").on(t.at.desc()),
    index("partial").on(t.kind).where(sql`${t.at} is not null and ${t.kind} <> 'x'`),
    uniqueIndex("Mixed Case's").on(sql`upper(${t.kind})`, t.at),
  ],
);

const prefixed = pgTableCreator((name) => `shop_${name}`);

/** Extras as an object: the older way. */
export const orders = prefixed("orders", { id: integer("id"), select: text("select") }, (t) => ({
  byId: index().on(t.id),
  bySelect: uniqueIndex("by_select").on(t.select, t.id.desc()),
}));

export const cased = pgTable(
  "CasedTable",
  { createdAt: timestamp(), userName: text(), kept: text("KeptName") },
  (t) => [
    index().on(t.createdAt, t.userName),
    index("cased_kept").on(t.kept).where(sql`${t.userName} = 'x'`),
    index("cased_lower").on(sql`lower(${t.userName})`),
  ],
);
