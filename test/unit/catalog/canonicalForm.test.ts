import { describe, expect, test } from "vitest";
import {
  type CanonicalRow,
  statisticsOf,
  toCanonical,
} from "../../../providers/pgindex/src/engine/catalog/canonicalForm.ts";

type Key = CanonicalRow["keys"][number];

const KEY: Key = {
  definition: "a",
  operatorClass: "pg_catalog.int4_ops",
  parameters: null,
  collation: null,
  option: 0,
  statistics: null,
};

const ROW: CanonicalRow = {
  accessMethod: "btree",
  unique: false,
  nullsNotDistinct: false,
  keys: [KEY],
  include: [],
  predicate: null,
  storageParameters: [],
  tablespace: "pg_default",
  comment: null,
  constraintType: null,
  deferrable: false,
  exclusion: false,
};

function columnsOf(...keys: Partial<Key>[]): string | undefined {
  return toCanonical({ ...ROW, keys: keys.map((key) => ({ ...KEY, ...key })) }).columns;
}

test("what has no value is absent, so that an index costs little state", () => {
  expect(toCanonical(ROW)).toEqual({
    accessMethod: "btree",
    columns: "a pg_catalog.int4_ops",
    tablespace: "pg_default",
  });
});

test("everything else has its own field", () => {
  expect(
    toCanonical({
      ...ROW,
      unique: true,
      nullsNotDistinct: true,
      include: ["b", '"c d"'],
      predicate: "(a > 0)",
      storageParameters: ["fillfactor=70"],
      keys: [KEY, { ...KEY, definition: "lower(b)", statistics: 500 }],
      comment: "sign-in",
      constraintType: "u",
    }),
  ).toEqual({
    accessMethod: "btree",
    unique: "true",
    nullsNotDistinct: "true",
    columns: "a pg_catalog.int4_ops, lower(b) pg_catalog.int4_ops",
    include: 'b, "c d"',
    predicate: "(a > 0)",
    storageParameters: { fillfactor: "70" },
    tablespace: "pg_default",
    statistics: { 2: 500 },
    comment: "sign-in",
    constraint: "unique",
  });
});

describe("a key tells every part that makes a difference, and no default", () => {
  // pg_index.indoption: 1 is DESC, 2 is NULLS FIRST; DESC alone means NULLS LAST, which is not its
  // default.
  test.each<[part: Partial<Key>, text: string]>([
    [{ option: 0 }, "a pg_catalog.int4_ops"],
    [{ option: 3 }, "a pg_catalog.int4_ops DESC"],
    [{ option: 1 }, "a pg_catalog.int4_ops DESC NULLS LAST"],
    [{ option: 2 }, "a pg_catalog.int4_ops NULLS FIRST"],
    [{ collation: 'pg_catalog."C"' }, 'a COLLATE pg_catalog."C" pg_catalog.int4_ops'],
    [{ parameters: ["siglen=32"] }, "a pg_catalog.int4_ops (siglen=32)"],
    [{ parameters: [] }, "a pg_catalog.int4_ops"],
    [{ parameters: ["x=1, y=2"] }, "a pg_catalog.int4_ops (x='1, y=2')"],
    [{ parameters: ["x=1", "y=2"] }, "a pg_catalog.int4_ops (x=1, y=2)"],
    [{ definition: "lower(a)" }, "lower(a) pg_catalog.int4_ops"],
  ])("%j", (part, text) => expect(columnsOf(part)).toBe(text));

  test("in their order", () => {
    expect(columnsOf({}, { definition: "b" })).toBe("a pg_catalog.int4_ops, b pg_catalog.int4_ops");
  });
});

describe("storage parameters are a set, however they were written", () => {
  test.each<[options: string[], parameters: Record<string, string>]>([
    [["fillfactor=70", "deduplicate_items=off"], { deduplicate_items: "off", fillfactor: "70" }],
    [["deduplicate_items=FALSE"], { deduplicate_items: "off" }],
    [["deduplicate_items=of"], { deduplicate_items: "off" }],
    [["deduplicate_items=0"], { deduplicate_items: "off" }],
    [["fastupdate=yes"], { fastupdate: "on" }],
    [["fastupdate=T"], { fastupdate: "on" }],
    [["fastupdate=1"], { fastupdate: "on" }],
    [["fastupdate=on"], { fastupdate: "on" }],
    [["fastupdate=o"], { fastupdate: "o" }],
    [["fastupdate="], { fastupdate: "" }],
    [["buffering=AUTO"], { buffering: "auto" }],
  ])("%j", (storageParameters, parameters) => {
    expect(toCanonical({ ...ROW, storageParameters }).storageParameters).toEqual(parameters);
  });

  // Access methods of extensions take texts, such as the fields of pg_search in JSON.
  test.each([['{"a": 1, "B": 2}'], ["Yes"], ["x=1, y=2"], ["a=b"], [""], ["'"]])(
    "the text of a parameter that PostgreSQL does not know itself is kept as it is: %j",
    (text) => {
      const storageParameters = [`text_fields=${text}`];
      const form = toCanonical({ ...ROW, storageParameters });
      expect(form.storageParameters).toEqual({ text_fields: text });
    },
  );
});

describe("statistics targets are told by column, where they are not the default", () => {
  test.each<[targets: (number | null | undefined)[], record: Record<string, number>]>([
    [[], {}],
    [[null, undefined, -1], {}],
    [[0], { 1: 0 }],
    [[null, 500, -1, 10_000], { 2: 500, 4: 10_000 }],
  ])("%j", (targets, record) => expect(statisticsOf(targets)).toEqual(record));
});

describe("a constraint is told by its kind", () => {
  test.each([
    ["p", "primaryKey"],
    ["u", "unique"],
    ["x", "exclusion"],
    [null, undefined],
  ])("%s", (constraintType, constraint) => {
    expect(toCanonical({ ...ROW, constraintType }).constraint).toBe(constraint);
  });
});
