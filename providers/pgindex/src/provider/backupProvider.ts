import { isDeepStrictEqual } from "node:util";
import { requireBackup, takeBackup } from "../backup/backup";
import { type DesiredBackup, parseBackup } from "../backup/backupArgs";
import type { BackupOutputs } from "../backup/backupOutputs";
import { UNKNOWN } from "../engine/input/unknownValues";
import type { Call, Checked, Handler } from "./contract";
import { toFailure, toFailures } from "./inputs";
import type { Runtime } from "./runtime";

/** Checked inputs: the declaration, with `covers` in place of the long list of indexes. */
type BackupInputs = Readonly<Record<string, unknown>> & { readonly covers?: string };

/** Answers the calls for a `Backup`. A destroy keeps the backup. */
export function backupProvider(runtime: Runtime): Handler {
  return {
    repeats: [],
    check: (_call, olds: BackupInputs, news: BackupInputs) => check(runtime, olds, news),
    diff: async () => ({}),
    create: async (call, inputs: BackupInputs) => {
      const outputs = await take(runtime, call, inputs);
      return { id: outputs.takenAt, outputs };
    },
    update: (call, olds: BackupOutputs, news: BackupInputs) => take(runtime, call, news, olds),
    read: async (_call, id, outputs) => ({ id, outputs }),
    delete: async () => undefined,
  };
}

async function check(runtime: Runtime, olds: BackupInputs, news: BackupInputs): Promise<Checked> {
  const { indexes: _, ...kept } = news;
  const parsed = await parseBackup(news);
  const inputs = { ...kept, covers: UNKNOWN };
  if (parsed.kind === "problems") return { inputs, failures: toFailures(parsed.problems) };
  if (parsed.kind === "unknown") return { inputs };
  const checked = { ...inputs, covers: parsed.value.covers };
  if (isDeepStrictEqual(olds, checked)) return { inputs: checked };
  try {
    await requireBackup(runtime.database(), parsed.value);
    return { inputs: checked };
  } catch (error) {
    return { inputs: checked, failures: [toFailure(error)] };
  }
}

async function take(
  runtime: Runtime,
  { urn }: Call,
  { covers, ...args }: BackupInputs,
  olds?: BackupOutputs,
): Promise<BackupOutputs> {
  const desired = await checkedBackup(args, String(covers));
  const ctx = runtime.context(urn);
  return runtime.run(() => takeBackup(runtime.database(), desired, ctx, olds));
}

/** The inputs contain `covers` instead of the indexes, so a placeholder index parses the rest. */
async function checkedBackup(args: object, covers: string): Promise<DesiredBackup> {
  const parsed = await parseBackup({ ...args, indexes: [ANY_INDEX] });
  if (parsed.kind !== "ok") throw new Error("the inputs were not checked");
  return { ...parsed.value, covers };
}

const ANY_INDEX = { table: "t", name: "i", columns: ["c"] };
