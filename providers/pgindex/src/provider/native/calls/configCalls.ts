import {
  type CheckRequest,
  CheckResponse,
  type ConfigureRequest,
  ConfigureResponse,
  type DiffRequest,
  DiffResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { UNKNOWN } from "../../../engine/input/unknownValues";
import { settingProblems } from "../../settings/connectionSettings";
import { toCheckFailure } from "../failures";
import type { Front } from "../front";
import { unpackArguments } from "../values";
import { changedPaths, rootOf } from "./detailedDiff";

/** Refuses settings that do not exist or cannot be read, each by its name. */
export async function checkConfig(request: CheckRequest): Promise<CheckResponse> {
  const settings = settingsIn(request.getNews());
  const known = Object.entries(settings).filter(([, text]) => !text.includes(UNKNOWN));
  const answer = new CheckResponse();
  answer.setInputs(request.getNews());
  const problems = settingProblems(Object.fromEntries(known));
  // Each may be a URL with a password, whichever name it was given.
  const secret = problems.map(({ path }) => path);
  answer.setFailuresList(
    problems.map(({ path, message, fix }) =>
      toCheckFailure({ path, reason: `${message}; ${fix}` }, secret),
    ),
  );
  return answer;
}

/** Another connection replaces nothing: an index stays whichever way it is reached. */
export async function diffConfig(request: DiffRequest): Promise<DiffResponse> {
  const olds = settingsIn(request.getOldInputs() ?? request.getOlds());
  const changed = changedPaths(olds, settingsIn(request.getNews()));
  const { DIFF_NONE, DIFF_SOME } = DiffResponse.DiffChanges;
  const answer = new DiffResponse();
  answer.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
  return answer.setDiffsList(changed.map(([path]) => rootOf(path)));
}

export async function configure(
  front: Front,
  request: ConfigureRequest,
): Promise<ConfigureResponse> {
  const settings = settingsIn(request.getArgs());
  front.runtime.configure((key) => settings[key.replace(/^pgindex:/, "")]);
  const answer = new ConfigureResponse();
  return answer.setAcceptsecrets(true).setSupportspreview(true);
}

/** What Pulumi keeps of a provider beside its settings. */
const PULUMIS: ReadonlySet<string> = new Set(["version", "pluginDownloadURL"]);

/** As texts, which is what the dynamic provider is given too. */
function settingsIn(struct: Struct | undefined): Record<string, string> {
  const set = Object.entries(unpackArguments(struct).values).filter(
    ([name]) => !PULUMIS.has(name) && !name.startsWith("__"),
  );
  return Object.fromEntries(
    set.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
