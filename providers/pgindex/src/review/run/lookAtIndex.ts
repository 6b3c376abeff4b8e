import { lookAhead } from "../../engine/build/preview";
import { parseIndexArgs } from "../../engine/declare/parseIndex";
import { declaredStatement } from "../../engine/declare/statement";
import { errorText, PgIndexError } from "../../engine/errors/advice";
import type { Facts } from "../../engine/hazards/facts";
import { parseServedQueries } from "../../engine/measure/servedQueries";
import { split } from "../../provider/dynamic/hiddenInputs";
import { type IndexInputs, toFailures } from "../../provider/inputs";
import { isAnswer } from "../../provider/review/answers";
import { unknownValuesText } from "../../provider/review/reviewMessages";
import { databaseFrom } from "../../provider/settings/connectionSettings";
import type { PlannedIndex } from "../plan";

/** What a look at it has found, as a plan has it. */
export type SeenIndex = Pick<PlannedIndex, "outcome" | "code" | "reason" | "hazards" | "index"> & {
  readonly facts?: Facts;
  readonly statement?: string;
};

/**
 * Looks at the database as a preview does, read-only, for the arguments of an `Index`. `settings`: those of a Connection, by their
 * names, as texts; without a `url`, DATABASE_URL and the like.
 */
export async function seeIndex(
  { props }: { readonly props: object },
  settings: Readonly<Record<string, string>>,
): Promise<SeenIndex> {
  const {
    serves,
    validateInPreview: _,
    statement: __,
    gate: ___,
    ...args
  } = split(props).own as IndexInputs;
  const [parsed, queries] = [await parseIndexArgs(args), await parseServedQueries(serves ?? [])];
  const problems = [parsed, queries].flatMap((each) =>
    each.kind === "problems" ? each.problems : [],
  );
  if (problems.length > 0) {
    const reason = toFailures(problems)
      .map(({ path, reason: why }) => `${path} ${why}`)
      .join("\n");
    return { outcome: "refused", reason, hazards: [] };
  }
  if (parsed.kind !== "ok" || queries.kind !== "ok")
    return { outcome: "couldNotLook", reason: unknownValuesText(), hazards: [] };
  const desired = parsed.value;
  const { schema, name, table } = desired;
  const declared = { index: { schema, name, table }, statement: declaredStatement(desired) };
  try {
    const database = databaseFrom((key) => settings[key.replace("pgindex:", "")], process.env);
    const { facts, hazards } = await lookAhead(database, desired, { serves: queries.value });
    return { outcome: "looked", ...declared, facts, hazards: [...hazards] };
  } catch (error) {
    if (!(error instanceof PgIndexError)) throw error;
    const outcome = isAnswer(error) ? "refused" : "couldNotLook";
    const { code } = error.advice;
    return { outcome, ...declared, reason: errorText(error), ...(code && { code }), hazards: [] };
  }
}
