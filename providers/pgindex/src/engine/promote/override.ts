import { z } from "zod";
import { issueMessage } from "../input/parse";
import { CONDITION_NAMES, type Condition, definitionId, type Requirement } from "./evidence";

/** Why one definition may go without what it names. It ends with that definition. */
export interface Override {
  /** `schema.name`; any index with this definition if left out. */
  readonly index?: string;
  /** The definition's ID, as the refusal says it. */
  readonly definition: string;
  /** The conditions that it waives. */
  readonly waives: readonly Condition["name"][];
  readonly reason: string;
}

const one = z.strictObject({
  index: z.string().min(1).optional(),
  definition: z
    .string()
    .min(1, issueMessage("is empty", "write the definition's ID, as the refusal says it")),
  waives: z
    .array(
      z.enum(CONDITION_NAMES, {
        error: () => issueMessage("is no condition", `write some of ${CONDITION_NAMES.join(", ")}`),
      }),
    )
    .min(1, issueMessage("is empty", "name the conditions that it waives"))
    .readonly(),
  reason: z.string().trim().min(1, issueMessage("is empty", "write why it cannot wait")),
});

const several = z.union([one, z.array(one).readonly()]);

/** A plain reason, or what `pulumi config set pgindex:override '{…}'` gives. */
const text = z
  .string()
  .trim()
  .min(1)
  .transform((value, ctx): string | z.output<typeof several> => {
    if (!/^[[{]/.test(value)) return value;
    const parsed = several.safeParse(fromJson(value));
    if (parsed.success) return parsed.data;
    const path = parsed.error.issues.map((issue) => issue.path.join(".")).find(Boolean);
    const message = issueMessage(
      `is not an override in JSON${path ? ` (${path})` : ""}`,
      "copy the one that the refusal says, and write the reason",
    );
    ctx.addIssue(message);
    return z.NEVER;
  });

function fromJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/**
 * The argument `override`: a reason, an {@link Override}, or several.
 *
 * @internal
 */
export const overrideSchema = z.union([text, one, z.array(one).readonly()]);

export type ParsedOverride = string | Override | readonly Override[];

/** An override that applies, or why none does. */
export type Waiver =
  | { readonly kind: "waived"; readonly reason: string }
  | { readonly kind: "none"; readonly why?: string };

/** Whether an override waives what an index is missing. A plain reason is judged by {@link plain}. */
export function waiverOf(
  override: ParsedOverride | undefined,
  requirement: Requirement,
  missing: readonly Condition["name"][],
): Waiver {
  if (override === undefined || typeof override === "string") return { kind: "none" };
  const all: readonly Override[] = Array.isArray(override) ? override : [override];
  const name = `${requirement.schema}.${requirement.name}`;
  const id = definitionId(requirement.statement);
  const ofIndex = all.filter(({ index = name }) => index === name);
  const [fitting] = ofIndex.filter(({ definition }) => definition === id);
  if (!fitting) {
    const [other] = ofIndex;
    if (!other) return { kind: "none" };
    return { kind: "none", why: `override is for the definition ${other.definition}, not ${id}` };
  }
  const beyond = missing.filter((condition) => !fitting.waives.includes(condition));
  if (beyond.length === 0) return { kind: "waived", reason: fitting.reason };
  return { kind: "none", why: `override does not waive ${[...new Set(beyond)].join(", ")}` };
}

/**
 * A plain reason does not say what it is for, so it is for what it is first needed for, and for one
 * definition alone. Gives why it waives nothing; undefined if it does.
 */
export function plainRefusal(
  reason: string,
  spent: readonly string[],
  needing: number,
  missing: readonly Condition["name"][],
): string | undefined {
  if (spent.includes(reason)) return "override has this reason for another definition already";
  if (needing > 1) return `override is a reason alone, and ${needing} definitions need one`;
  if (missing.includes("database")) return "override is a reason alone, which waives no database";
  return undefined;
}

/** The override to write, as JSON for the command line. */
export function overrideFor(
  { schema, name, statement }: Requirement,
  missing: readonly Condition["name"][],
): string {
  return JSON.stringify({
    index: `${schema}.${name}`,
    definition: definitionId(statement),
    waives: [...new Set(missing)],
    reason: "why it cannot wait",
  });
}
