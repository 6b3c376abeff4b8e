import {
  type CheckRequest,
  CheckResponse,
  type DiffRequest,
  DiffResponse,
  PropertyDiff,
} from "@pulumi/pulumi/proto/provider_pb";
import { recordedUrn, SERIALIZED_PROVIDER } from "../../dynamic/hiddenInputs";
import { isRenamed } from "../../indexes/claim";
import { withoutNull } from "../../inputs";
import { toCheckFailure } from "../failures";
import type { Front } from "../front";
import { readMigration } from "../migrationFiles";
import { pack } from "../values";
import { type Asked, asked } from "./asked";
import { type ChangeKind, changedPaths, isWithin, rootOf } from "./detailedDiff";

export async function check(front: Front, request: CheckRequest): Promise<CheckResponse> {
  const structs = { oldInputs: request.getOlds(), declared: request.getNews() };
  const { handler, call, oldInputs, news, secret, type } = asked(front, request, structs);
  const read = await readMigration(type, news);
  const checked = "news" in read ? await handler.check(call, oldInputs, read.news) : read;
  const { inputs, failures = [] } = checked;
  const answer = new CheckResponse();
  answer.setInputs(pack({ ...inputs, ...recordedUrn(call.urn) }, secret));
  answer.setFailuresList(failures.map((each) => toCheckFailure(each, call.secret ?? [])));
  return answer;
}

export async function diff(front: Front, request: DiffRequest): Promise<DiffResponse> {
  const [olds, news] = [request.getOlds(), request.getNews()];
  const question = asked(front, request, { olds, oldInputs: request.getOldInputs(), news });
  const { changes, replaces, paths } = await changesOf(question, request.getIgnorechangesList());
  const answer = new DiffResponse();
  const details = answer.getDetaileddiffMap();
  for (const [path, kind] of paths)
    details.set(path, propertyDiff(kind, replaces.includes(rootOf(path))));
  if (changes) for (const name of foundIn(question)) details.set(name, propertyDiff("update"));
  if (question.isMoved) details.set(SERIALIZED_PROVIDER, propertyDiff("delete"));
  const { DIFF_NONE, DIFF_SOME } = DiffResponse.DiffChanges;
  const isChanged = question.isMoved || changes || paths.length > 0 || replaces.length > 0;
  answer.setChanges(isChanged ? DIFF_SOME : DIFF_NONE);
  answer.setDiffsList([...new Set(paths.map(([path]) => rootOf(path)))]);
  answer.setReplacesList([...replaces]);
  answer.setHasdetaileddiff(true);
  return answer;
}

/** What the handler finds changed, and where the inputs differ. */
async function changesOf(question: Asked, ignored: readonly string[]) {
  const { handler, call, olds, news } = question;
  const { changes, replaces = [] } = await handler.diff(call, olds, news);
  const paths = changes === false ? [] : changedInputs(question, ignored);
  return { changes, replaces, paths };
}

/** Only who looks after it changes: what the dynamic provider kept of itself goes, no more. */
export async function isOnlyMoved(question: Asked, ignored: readonly string[]): Promise<boolean> {
  if (!question.isMoved) return false;
  const { changes, paths } = await changesOf(question, ignored);
  return !changes && paths.length === 0;
}

function changedInputs({ handler, oldInputs, news }: Asked, ignored: readonly string[]) {
  // The dynamic provider keeps placeholders there.
  const declared = Object.entries(oldInputs).filter(([name]) => !handler.repeats.includes(name));
  const isIgnored = (path: string) => ignored.some((each) => isWithin(path, each));
  // What a release before recorded without its nulls is the same.
  const changed = changedPaths(withoutNull(Object.fromEntries(declared)), withoutNull(news));
  return changed.filter(([path]) => !isIgnored(path));
}

/** The outputs that say what a refresh has found wrong; an index's comment names its resource. */
function foundIn({ call, olds: { drift, valid, bloatRatio, ok } }: Asked): string[] {
  if (drift) return ["drift"];
  if (valid === false) return ["valid"];
  if (ok === false) return ["ok"];
  if (isRenamed(call)) return ["comment"];
  return typeof bloatRatio === "number" ? ["bloatRatio"] : ["drift"];
}

const KINDS = {
  add: [PropertyDiff.Kind.ADD, PropertyDiff.Kind.ADD_REPLACE],
  delete: [PropertyDiff.Kind.DELETE, PropertyDiff.Kind.DELETE_REPLACE],
  update: [PropertyDiff.Kind.UPDATE, PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

function propertyDiff(kind: ChangeKind, replaces?: boolean): PropertyDiff {
  const difference = new PropertyDiff();
  difference.setKind(KINDS[kind][replaces ? 1 : 0]);
  difference.setInputdiff(replaces !== undefined);
  return difference;
}
