import { isDeepStrictEqual } from "node:util";
import type { CheckResult, ResourceProvider } from "@pulumi/pulumi/dynamic";
import { requireBackup, takeBackup } from "../backup/backup";
import { type DesiredBackup, parseBackup } from "../backup/backupArgs";
import type { BackupOutputs } from "../backup/backupOutputs";
import { UNKNOWN } from "../engine/input/unknownValues";
import { type HiddenInputs, splitHidden, toFailure, toFailures } from "./inputs";
import type { Runtime } from "./runtime";

/** Checked inputs: the declaration, with `covers` in place of the long list of indexes. */
type BackupInputs = Readonly<Record<string, unknown>> & HiddenInputs & { readonly covers?: string };

type Outputs = BackupOutputs & { readonly __urn?: string };

/** Implements Pulumi's calls for a `Backup`. A destroy keeps the backup. */
export function backupProvider(runtime: Runtime): ResourceProvider {
  return {
    check: (olds: BackupInputs, news: BackupInputs) => check(runtime, olds, news),
    diff: async () => ({}),
    create: async (inputs: BackupInputs) => {
      const outs = await take(runtime, inputs);
      return { id: outs.takenAt, outs };
    },
    update: async (_id, olds: Outputs, news: BackupInputs) => ({
      outs: await take(runtime, news, olds),
    }),
    read: async (id, outputs) => ({ id, props: outputs }),
    delete: async () => undefined,
  };
}

async function check(
  runtime: Runtime,
  olds: BackupInputs,
  news: BackupInputs,
): Promise<CheckResult> {
  const { hidden, declared } = splitHidden(news);
  const { indexes: _, ...kept } = declared as Record<string, unknown>;
  const parsed = await parseBackup(declared);
  const inputs = { ...kept, covers: UNKNOWN, __urn: hidden.__urn };
  if (parsed.kind === "problems") return { inputs, failures: toFailures(parsed.problems) };
  if (parsed.kind === "unknown") return { inputs };
  const checked = { ...inputs, covers: parsed.value.covers };
  if (isDeepStrictEqual(withoutHidden(olds), withoutHidden(checked))) return { inputs: checked };
  try {
    await requireBackup(runtime.database(), parsed.value);
    return { inputs: checked };
  } catch (error) {
    return { inputs: checked, failures: [toFailure(error)] };
  }
}

function withoutHidden(inputs: BackupInputs): object {
  return splitHidden(inputs).declared;
}

async function take(runtime: Runtime, inputs: BackupInputs, olds?: Outputs): Promise<Outputs> {
  const { hidden, declared } = splitHidden(inputs);
  const { covers, ...args } = declared as Record<string, unknown>;
  const desired = await checkedBackup(args, String(covers));
  const ctx = runtime.context(hidden.__urn);
  const outs = await runtime.run(() => takeBackup(runtime.database(), desired, ctx, olds));
  return { ...outs, __urn: hidden.__urn };
}

/** The inputs contain `covers` instead of the indexes, so a placeholder index parses the rest. */
async function checkedBackup(args: object, covers: string): Promise<DesiredBackup> {
  const parsed = await parseBackup({ ...args, indexes: [ANY_INDEX] });
  if (parsed.kind !== "ok") throw new Error("the inputs were not checked");
  return { ...parsed.value, covers };
}

const ANY_INDEX = { table: "t", name: "i", columns: ["c"] };
