import type { Advice } from "../../engine/errors/advice";
import { harmlessHints, harmlessText, sqlState } from "../../engine/errors/sqlstate";
import { shortened } from "../../engine/text/printable";
import type { PlacedStatement } from "../split/placing";

export function noDrizzleMigrationAdvice(
  folder: string,
  tag: string | undefined,
  why: string,
): Advice {
  return {
    what: tag ? `there is no migration ${tag} in ${folder}` : `${folder} has no Drizzle migrations`,
    why,
    fix: "name the folder that drizzle-kit writes to (out in drizzle.config.ts), and the migration's file name without .sql, or its folder's name since 1.0",
  };
}

/** `lost`: listed, without a file; `stray`: not listed; `list`: the journal, which 1.0 has not. */
export function brokenFolderAdvice(
  folder: string,
  { lost, stray, list }: Readonly<Record<"lost" | "stray", readonly string[]>> & { list?: string },
): Advice {
  const unlisted = list ? `not in ${list}` : "not in a folder that begins with its time";
  const said = [
    ...lost.map((file) => `${file} is missing`),
    ...stray.map((file) => `${file} is ${unlisted}`),
  ];
  return {
    what: `the migrations of ${folder} are not complete: ${said.join("; ")}`,
    why:
      "drizzle-kit migrate never runs what is not listed, and fails or goes on without what is " +
      "missing; an index of such a migration would not be declared, and dropped where it stands",
    fix: "restore the file, or its entry, from version control: a merge may have lost it",
    otherwise:
      "move SQL that is no migration to another folder; remove what is to be gone for good",
  };
}

export function earlierFirstAdvice(tag: string, table: string): Advice {
  return {
    what: `the migration ${tag} is not marked as applied`,
    why: `${table} does not have the migrations before it, and drizzle-kit runs only what is later than its newest row: they would never run`,
    fix: `let pgindex run them first: new pgindex.DrizzleMigrations("drizzle", { folder, since: "${tag}" }), in place of this resource and its indexes`,
    otherwise:
      "if this database was made with drizzle-kit push, mark the earlier migrations by hand",
  };
}

/** What to write instead of a {@link DrizzleBaseline} for a migration that does more. */
export function mixedMigrationFix(tag: string): string {
  return (
    `let pgindex split it: new pgindex.DrizzleMigrations("drizzle", { folder, since: "${tag}" }) ` +
    "runs the rest, builds the indexes and marks it, in place of this resource and its indexes"
  );
}

export function restFirstAdvice(tag: string): Advice {
  return {
    what: `the migration ${tag} is not marked as applied`,
    why: "only its indexes stand: its other statements have not run, and once marked they never would",
    fix: "run pulumi up without --target, or with --target-dependents: they run first",
  };
}

export function passedOverAdvice(tag: string, table: string): Advice {
  return {
    what: `the migration ${tag} will never run`,
    why:
      `${table} has a row that is later than ${tag} is in the journal, and by that ` +
      "drizzle-kit migrate takes it for applied (two branches were merged, or it ran before)",
    fix:
      `if it has not run: delete it from folder and journal, run drizzle-kit generate, and set ` +
      "since to the new one",
    otherwise: "if it has run: set since to the migration after it",
  };
}

export function earlierPendingAdvice(tag: string, earlier: string): Advice {
  return {
    what: `the migration ${tag} cannot run yet`,
    why: `${earlier} comes before it, and is not marked as applied`,
    fix: "run pulumi up for all resources of the DrizzleMigrations, without --target",
  };
}

export function earlierIndexAdvice(tag: string, { sql, place }: PlacedStatement): Advice {
  return {
    what: `the migration ${tag} has not run, and comes before the first that is declared (since)`,
    why: `${place} would block writes to its table while it builds: ${shortened(sql)}`,
    fix: `set since: "${tag}", or an earlier one: its indexes are then built concurrently`,
    otherwise: `run drizzle-kit migrate up to ${tag}, which blocks writes`,
  };
}

export function neededIndexAdvice(tag: string, { need, sql }: PlacedStatement): Advice {
  return {
    what: `the migration ${tag} cannot be split: ${shortened(sql)}`,
    why: `${need}. That runs in one transaction, which cannot wait for a concurrent build`,
    fix: "move that statement into a migration of its own, with drizzle-kit generate --custom",
    otherwise: `let drizzle-kit migrate run ${tag}, which blocks writes while the index builds`,
  };
}

export function endsTransactionAdvice(tag: string, { sql, place }: PlacedStatement): Advice {
  return {
    what: `the migration ${tag} has ${shortened(sql)} at ${place}`,
    why: "it runs in one transaction, as in drizzle-kit, so that all of it is done or nothing",
    fix: "remove the statement",
  };
}

interface Failed {
  readonly migration: string;
  readonly statement: PlacedStatement;
  /** Earlier migrations that have run. */
  readonly done: readonly string[];
}

export function failedStatementAdvice(
  { migration, statement, done }: Failed,
  error: unknown,
): Advice {
  const message = harmlessText(error) ?? "its message can quote a row, and is not shown";
  const stays = done.length > 0 ? `; ${done.join(", ")} has run before and stays` : "";
  const isNewValue = sqlState(error) === "55P04";
  return {
    what: `the migration ${migration} failed at ${statement.place}: ${message}`,
    why: [
      `${shortened(statement.sql)} (SQLSTATE ${sqlState(error)})`,
      ...harmlessHints(error),
      `nothing of ${migration} has run${stays}`,
    ].join("; "),
    fix: isNewValue
      ? "use the new value in a migration of its own: drizzle-kit generate --custom"
      : "correct the data, the database or the migration, and run pulumi up again",
    otherwise: ALREADY_THERE.has(sqlState(error) ?? "")
      ? `if ${migration} has run by other means, set since to the migration after it`
      : undefined,
  };
}

/** The column, table, schema, function or object exists. */
const ALREADY_THERE = new Set(["42701", "42P07", "42P06", "42723", "42710"]);

export function deniedStatementAdvice({ migration, statement }: Failed, error: unknown): Advice {
  return {
    what: `the migration ${migration} may not run ${shortened(statement.sql)}`,
    why: `${harmlessText(error)}; nothing of ${migration} has run`,
    fix: "give the Connection the role that runs drizzle-kit migrate: role, or another URL",
  };
}

/** What a preview shows of a migration. */
export function pendingLines(
  migration: string,
  runs: readonly PlacedStatement[],
  built: readonly PlacedStatement[],
): string[] {
  const but = built.length > 0 ? `, but for ${count(built.length, "index", "indexes")}` : "";
  if (runs.length === 0) return [`${migration} has nothing to run but its indexes`];
  const head = `runs ${migration}${but}, in one transaction:`;
  const shown = runs.slice(0, SHOWN).map(({ sql }) => `  ${shortened(sql, LONGEST)}`);
  const more = runs.length > SHOWN ? [`  … and ${runs.length - SHOWN} more statements`] : [];
  return [head, ...shown, ...more];
}

const SHOWN = 50;
const LONGEST = 1_000;

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** What a preview warns of: nobody can read the table while its constraint's index is built. */
export function lockedBuildText({ sql, place }: PlacedStatement): string {
  return (
    `${place} builds an index while reads and writes of its table wait: ${shortened(sql)}; ` +
    "uniqueIndex() in place of unique() in the schema is built concurrently"
  );
}

/** `table`: Drizzle's own, in whose comment is noted what has run. */
export function deniedNoteAdvice(migration: string, table: string, error: unknown): Advice {
  return {
    what: `the migration ${migration} cannot be noted at the table ${table}`,
    why: `${harmlessText(error)}; only its owner may, and nothing of ${migration} has run`,
    fix: "give the Connection the role that runs drizzle-kit migrate: role, or another URL",
    otherwise: `make the role a member of the owner's: GRANT owner TO role`,
  };
}

/** Why a declaration cannot be looked at before a migration has run. */
export function notYetText(what: string, migration: string, does: string): string {
  return `${what} does not exist yet: migration ${migration} ${does} it; it runs first`;
}
