// Values in Drizzle's own conditions. drizzle-kit 1.0 reads this file too.
import { arrayContains, between, eq, gt, gte, inArray, lt, ne, sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  date,
  index,
  integer,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

export const phase = pgEnum("phase", ["new", "it's done"]);
const tagged = customType<{ data: { readonly tag: string }; driverData: string }>({
  dataType: () => "text",
  toDriver: ({ tag }) => `<${tag}>`,
});

const EPOCH = new Date("2026-01-02T03:04:05.678Z");

export const samples = pgTable(
  "samples",
  {
    id: uuid("id").primaryKey(),
    big: bigint("big_number", { mode: "bigint" }),
    number: bigint("number", { mode: "number" }),
    price: numeric("price", { precision: 10, scale: 2 }),
    at: timestamp("at", { withTimezone: true }),
    plain: timestamp("plain"),
    day: date("day", { mode: "date" }),
    phase: phase("phase"),
    tags: text("tags").array(),
    numbers: integer("numbers").array(),
    data: jsonb("data"),
    open: boolean("is_open"),
    tagged: tagged("tagged"),
    note: text("note"),
  },
  (t) => [
    index("by_big").on(t.id).where(gt(t.big, 9007199254740993n)),
    index("by_negative").on(t.id).where(lt(t.number, -5)),
    index("by_price").on(t.id).where(gte(t.price, "1.50")),
    index("by_time").on(t.id).where(gt(t.at, EPOCH)),
    index("by_plain_time")
      .on(t.id)
      .where(between(t.plain, EPOCH, EPOCH)),
    index("by_day").on(t.id).where(eq(t.day, EPOCH)),
    index("by_phase")
      .on(t.id)
      .where(inArray(t.phase, ["new", "it's done"])),
    index("by_tags")
      .on(t.id)
      .where(arrayContains(t.tags, ["a", 'b "c" \\ it\'s'])),
    index("by_numbers")
      .on(t.id)
      .where(arrayContains(t.numbers, [1, 2])),
    index("by_data")
      .on(t.id)
      .where(eq(t.data, { kind: "it's" })),
    index("by_open")
      .on(t.id)
      .where(sql`${eq(t.open, true)} and ${ne(t.note, "\\ % _")}`),
    index("by_tagged")
      .on(t.id)
      .where(eq(t.tagged, { tag: "x" })),
    index("by_raw_values").on(t.id).where(sql`${t.number} > ${5} and ${t.note} <> ${"it's"}`),
    index("by_key").on(sql`(${t.number} % ${10})`),
  ],
);
