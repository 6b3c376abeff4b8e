import type { Cause } from "./cause";

/** Every text about what an index cannot follow, since its result changes. */

export interface CalledFunction {
  readonly name: string;
  /** `public.norm(text)` */
  readonly signature: string;
  /** VOLATILE, and not only STABLE. */
  readonly isVolatile: boolean;
  readonly isBuiltIn: boolean;
  /** It has a parameter of type timestamp with time zone. */
  readonly takesZoned: boolean;
}

/** What changes. */
type Changing =
  | { readonly kind: "function"; readonly called: CalledFunction }
  | { readonly kind: "clock" }
  | { readonly kind: "cast" };

const IN_UTC = "in the session's time zone, which may be another one tomorrow";

export const CLOCK =
  "put a fixed time there, or leave the condition out and put the column into columns: " +
  "queries with now() use such an index too";

const OWN_FUNCTION =
  "write a function of your own that is IMMUTABLE and calls it with everything fixed that it " +
  "depends on";

/** Functions of the server and of extensions whose ways out are known. */
const KNOWN: ReadonlyMap<string, Omit<Cause, "otherwise">> = new Map([
  ...["now", "statement_timestamp", "transaction_timestamp", "clock_timestamp", "timeofday"].map(
    (name) => [name, { because: `${name}() is another time for every query`, fix: CLOCK }] as const,
  ),
  [
    "to_tsvector",
    {
      because: "without a configuration, to_tsvector follows default_text_search_config",
      fix: "name the configuration: to_tsvector('english', …)",
    },
  ],
  ...["concat", "concat_ws", "format", "array_to_string"].map(
    (name) =>
      [
        name,
        {
          because: `${name} prints values of any type, as the session's settings say`,
          fix: "join texts with ||, such as coalesce(a, '') || ' ' || coalesce(b, '')",
        },
      ] as const,
  ),
  [
    "unaccent",
    {
      because: "unaccent follows a dictionary that can be changed",
      fix:
        "write a function of your own: CREATE FUNCTION public.immutable_unaccent(text) RETURNS text " +
        "LANGUAGE sql IMMUTABLE PARALLEL SAFE AS " +
        "$$ SELECT public.unaccent('public.unaccent', $1) $$; reindex when the dictionary changes",
    },
  ],
  ...["to_char", "to_date", "to_timestamp", "to_number"].map(
    (name) =>
      [
        name,
        {
          because: `${name} follows the session's language and time zone`,
          fix: `index the value itself, or extract(… from …) of it; else: ${OWN_FUNCTION}`,
        },
      ] as const,
  ),
]);

/** `zoned`: a column of type timestamp with time zone in the same expression. */
export function volatilityCause(changing: Changing, zoned: string | undefined): Cause {
  if (changing.kind === "clock")
    return { because: "CURRENT_DATE and its kin are another time for every query", fix: CLOCK };
  if (changing.kind === "cast") return castCause(zoned);
  const { name, signature, takesZoned, isVolatile, isBuiltIn } = changing.called;
  if (takesZoned && name !== "to_char") return zonedCause(name, zoned ?? "created_at");
  const known = KNOWN.get(name);
  if (known) return known;
  if (isBuiltIn)
    return isVolatile
      ? { because: `${name} gives another value each time`, fix: "keep its value in a column" }
      : { because: `${name} follows the session's settings`, fix: OWN_FUNCTION };
  return {
    because: `${signature} is marked ${isVolatile ? "VOLATILE" : "STABLE"}`,
    fix: `if its result depends on its arguments alone: ALTER FUNCTION ${signature} IMMUTABLE;`,
    otherwise: "index the columns that it reads",
  };
}

function zonedCause(name: string, column: string): Cause {
  const at = `${column} AT TIME ZONE 'UTC'`;
  const forms: Readonly<Record<string, string>> = {
    date: `(${at})::date`,
    time: `(${at})::time`,
    timestamp: `(${at})`,
    date_trunc: `date_trunc('day', ${at})`,
    date_part: `date_part('hour', ${at})`,
    extract: `extract(hour from ${at})`,
    age: `age(${at})`,
  };
  const form = forms[name] ?? `${name}(${at})`;
  return {
    because: `${name} reads ${column} ${IN_UTC}`,
    fix: `name the time zone: ${form}; queries have to write the same`,
  };
}

function castCause(zoned: string | undefined): Cause {
  const because =
    "a cast by way of text follows the session's settings (DateStyle, TimeZone), and an enum's " +
    "labels can be renamed";
  if (zoned !== undefined)
    return { because, fix: `index ${zoned} itself, or (${zoned} AT TIME ZONE 'UTC')::date` };
  return { because, fix: `index the column itself, without the cast; else: ${OWN_FUNCTION}` };
}
