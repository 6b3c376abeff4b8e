import { describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { record, targetOf } from "../support/engine/engine.ts";
import { EXPRESSIONS_AS_KEYS } from "./cases/expressions.ts";
import { PLACES } from "./cases/places.ts";
import { PREDICATES } from "./cases/predicates.ts";
import { useCorpus } from "./observe.ts";
import { declareOn } from "./proof.ts";

/** Whatever may change what a text means, or what the catalog prints of it. */
const HOSTILE = [
  ["search_path", `"Other Schema", ext, app, pg_catalog`],
  ["TimeZone", "'Asia/Kathmandu'"],
  ["DateStyle", "'German, DMY'"],
  ["IntervalStyle", "'sql_standard'"],
  ["bytea_output", "'escape'"],
  ["quote_all_identifiers", "on"],
  ["standard_conforming_strings", "off"],
  ["extra_float_digits", "-5"],
  ["default_transaction_isolation", "'serializable'"],
  ["default_transaction_deferrable", "on"],
  ["lock_timeout", "'1ms'"],
  ["statement_timeout", "'5s'"],
] as const;

const plain = useCorpus();
const hostile = useCorpus(HOSTILE);

/** Those in which a time, a constant, a quoted name or a function is looked up or printed. */
const SENSITIVE = [...PREDICATES, ...EXPRESSIONS_AS_KEYS, ...PLACES].filter(({ sql }) =>
  /20\d\d|interval|span|day|\\x|'|norm|Odd|0\.|größe|"/.test(sql),
);

describe("an index is the same whatever its database sets for every session", () => {
  test.each(SENSITIVE)("$title", async ({ args }) => {
    const desired = await declareOn(args);
    const { ctx } = record();
    const here = await ensureIndex({ database: targetOf(plain.db.url), desired, ctx });
    const target = targetOf(hostile.db.url);
    const there = await ensureIndex({ database: target, desired, ctx });
    expect(there.live.canonical).toEqual(here.live.canonical);
    expect(there.live.definition).toBe(here.live.definition);
    const outputs = toIndexOutputs(there, desired, []);
    expect(await refreshIndex(target, outputs)).toMatchObject({ drift: null });
    expect(await previewIndex(target, desired, { previous: outputs })).toContainEqual(
      expect.stringMatching(/^builds nothing/),
    );
  });
});
