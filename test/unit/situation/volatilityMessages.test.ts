// What is written instead of what an index cannot follow.
import { describe, expect, test } from "vitest";
import { volatilityCause } from "../../../providers/pgindex/src/engine/situation/causes/volatilityMessages.ts";

const called = (name: string, more: object = {}) => ({
  kind: "function" as const,
  called: {
    name,
    signature: `public.${name}(text)`,
    isVolatile: false,
    isBuiltIn: false,
    takesZoned: false,
    ...more,
  },
});

describe("a function that is not IMMUTABLE", () => {
  test.each<[what: Parameters<typeof volatilityCause>[0], because: RegExp, fix: RegExp]>([
    [called("f"), /^public\.f\(text\) is marked STABLE$/, /: ALTER FUNCTION public\.f\(text\) IMM/],
    [called("f", { isVolatile: true }), /^public\.f\(text\) is marked VOLATILE$/, /^if its result/],
    [
      called("random", { isBuiltIn: true, isVolatile: true }),
      /another value each time$/,
      /^keep its/,
    ],
    [called("money", { isBuiltIn: true }), /^money follows the session's settings$/, /^write a f/],
    [
      called("now", { isBuiltIn: true }),
      /^now\(\) is another time for every query$/,
      /now\(\) use/,
    ],
    [called("to_char", { isBuiltIn: true, takesZoned: true }), /language and time zone$/, /^index/],
    [
      called("date_trunc", { isBuiltIn: true, takesZoned: true }),
      /^date_trunc reads at in the session's time zone/,
      /: date_trunc\('day', at AT TIME ZONE 'UTC'\); queries have to write the same$/,
    ],
    [
      called("of_ours", { takesZoned: true }),
      /^of_ours reads at in the session's time zone/,
      /: of_ours\(at AT TIME ZONE 'UTC'\); /,
    ],
    [{ kind: "clock" }, /^CURRENT_DATE and its kin/, /^put a fixed time there/],
    [{ kind: "cast" }, /^a cast by way of text/, /^index at itself, or \(at AT TIME ZONE 'UTC'\)/],
  ])("%j", (what, because, fix) => {
    const cause = volatilityCause(what, "at");
    expect(cause.because).toMatch(because);
    expect(cause.fix).toMatch(fix);
  });

  test("is shown with a column of its own kind where none was found", () => {
    expect(volatilityCause(called("age", { takesZoned: true }), undefined).fix).toContain(
      "age(created_at AT TIME ZONE 'UTC')",
    );
    expect(volatilityCause({ kind: "cast" }, undefined).fix).toMatch(/^index the column itself, /);
  });
});
