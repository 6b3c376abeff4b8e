import type { Parameters } from "../catalog/storageParameters";
import type { CanonicalIndex, FieldValues } from "../declare/indexFields";
import { SECRET } from "../text/secret";
import { type Difference, differencesOf } from "./differences";

/**
 * A canonical form as stored in Pulumi's state. Release 0.1 stored storage parameters and
 * statistics targets as text (`a=1, b=2`), with parameter values in lower case.
 */
export type RecordedForm = Omit<CanonicalIndex, "storageParameters" | "statistics"> & {
  readonly storageParameters?: FieldValues["storageParameters"] | string;
  readonly statistics?: FieldValues["statistics"] | string;
};

/**
 * How a live index differs from its recorded form; empty if it is still that index, or if an export
 * of the state does not show the form, since it is a secret.
 */
export function differencesSince(
  recorded: RecordedForm | typeof SECRET,
  live: CanonicalIndex,
): Difference[] {
  if (recorded === SECRET) return [];
  return differencesOf(readRecorded(recorded, live), live);
}

/** Converts a recorded form to today's. */
export function readRecorded(recorded: RecordedForm, live: CanonicalIndex): CanonicalIndex {
  const { storageParameters, statistics, ...fields } = recorded;
  return {
    ...fields,
    ...(storageParameters !== undefined && {
      storageParameters: readParameters(storageParameters, live.storageParameters),
    }),
    ...(statistics !== undefined && { statistics: readTargets(statistics) }),
  };
}

/**
 * Text cannot be parsed reliably if a value has a comma or had capitals. It matches the live value
 * if 0.1 would have written that value the same way.
 */
function readParameters(recorded: Parameters | string, live: Parameters = {}): Parameters {
  if (typeof recorded !== "string") return recorded;
  return recorded === writtenBy01(live) ? live : readText(recorded);
}

function writtenBy01(parameters: Parameters): string {
  const entries = Object.entries(parameters).map(([name, value]) => `${name}=${valueBy01(value)}`);
  return entries.sort().join(", ");
}

function valueBy01(value: string): string {
  if (/^(on|true|yes)$/i.test(value)) return "on";
  if (/^(off|false|no)$/i.test(value)) return "off";
  return value.toLowerCase();
}

function readTargets(recorded: FieldValues["statistics"] | string): FieldValues["statistics"] {
  if (typeof recorded !== "string") return recorded;
  const targets = Object.entries(readText(recorded)).map(
    ([column, target]) => [column, Number(target)] as const,
  );
  return Object.fromEntries(targets);
}

function readText(text: string): Parameters {
  const entries = text.split(/, (?=[\w.]+=)/).filter((entry) => entry !== "");
  return Object.fromEntries(
    entries.map((entry) => [entry.replace(/=.*/s, ""), entry.replace(/^[^=]*=/, "")]),
  );
}
