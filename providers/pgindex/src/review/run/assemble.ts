import type { IndexOutputs } from "../../engine/record/outputs";
import { resourceNameOf } from "../../resources/resourceNames";
import { withoutSecrets } from "../../status/secretOutputs";
import type { LookRecord } from "../lookRecord";
import type { Action, Plan, PlannedIndex } from "../plan";
import { droppedForHeirText, leftOutText, notWrittenText } from "../reviewMessages";
import type { Doomed, DropLook } from "./drops";
import type { Preview, PreviewStep } from "./pulumiPreview";
import { sourceOf } from "./source";

/** One resource of ours in what Pulumi previewed: a replacement has several steps. */
export interface Changed {
  readonly urn: string;
  readonly type: string;
  readonly action: Action;
  readonly steps: readonly PreviewStep[];
}

/** Our resources, with what Pulumi does with each. */
export function changesIn({ steps }: Preview): Changed[] {
  const ours = steps.filter(({ urn }) => typeOf(urn) !== undefined);
  return [...new Set(ours.map(({ urn }) => urn))].map((urn) => {
    const all = ours.filter((step) => step.urn === urn);
    return { urn, type: typeOf(urn) ?? "", action: actionOf(all), steps: all };
  });
}

/** The indexes that go, for good or for a replacement. */
export function doomedIn(changes: readonly Changed[]): Doomed[] {
  return changes.flatMap(({ urn, type, action, steps }) => {
    if (type !== "Index" || (action !== "delete" && action !== "replace")) return [];
    const old = steps.find(({ oldState }) => oldState?.outputs?.schemaVersion !== undefined);
    const provider = old?.oldState?.provider ?? old?.provider;
    if (!old?.oldState?.outputs || provider === undefined) return [];
    return [{ urn, provider, outputs: withoutSecrets(old.oldState.outputs) as IndexOutputs }];
  });
}

/** Everything that was found of a stack. */
export interface Findings {
  readonly changes: readonly Changed[];
  readonly looks: ReadonlyMap<string, LookRecord>;
  readonly doomed: readonly Doomed[];
  readonly drops: ReadonlyMap<string, DropLook>;
}

/** The plan's resources: what Pulumi will do, with what was seen of each. */
export function resourcesOf(findings: Findings): Pick<Plan, "indexes" | "others"> {
  const { changes, looks } = findings;
  const indexes = changes.filter(({ type }) => type === "Index");
  const others = changes.filter(({ type }) => type !== "Index");
  const known = new Set(indexes.map(({ urn }) => urn));
  // Pulumi prints no step of what it refused.
  const stopped = [...looks.values()].filter(({ urn }) => !known.has(urn));
  const all: PlannedIndex[] = [
    ...indexes.map((change) => plannedIndex(change, findings)),
    ...stopped.map((look) => ({ ...look, name: nameOf(look.urn), action: "unknown" as const })),
  ];
  return {
    // Pulumi comes to them in no fixed order.
    indexes: all.sort((a, b) => (a.urn < b.urn ? -1 : 1)),
    others: others.map(({ urn, type, action }) => ({ urn, type, name: nameOf(urn), action })),
  };
}

function plannedIndex({ urn, action, steps }: Changed, findings: Findings): PlannedIndex {
  const dead = findings.doomed.find((each) => each.urn === urn);
  const dropped = dead && droppedIndex(dead, findings);
  const look = findings.looks.get(urn);
  // Where the provider writes at all, Pulumi has not asked it for this one.
  const isLeftOut = action === "same" && findings.looks.size > 0;
  const unseen: LookRecord = isLeftOut
    ? { urn, outcome: "notAsked", reason: leftOutText(), hazards: [] }
    : { urn, outcome: "couldNotLook", reason: notWrittenText(), hazards: [] };
  const source = steps.map(({ newState }) => newState && sourceOf(newState)).find(Boolean);
  const head = { urn, name: nameOf(urn), action, ...(source && { source }) };
  if (action === "delete") return { ...(dropped ?? unseen), ...head };
  const seen = look ?? unseen;
  const isBlind = seen.outcome === "looked" && dropped?.outcome === "couldNotLook";
  return {
    ...seen,
    ...head,
    hazards: [...seen.hazards, ...(dropped?.hazards ?? [])],
    ...(dropped?.drop && { drop: dropped.drop }),
    ...(isBlind && { outcome: dropped.outcome, reason: dropped.reason }),
  };
}

function droppedIndex(
  { urn, outputs }: Doomed,
  { changes, looks, drops }: Findings,
): DropLook & Pick<PlannedIndex, "index" | "statement"> {
  const { schema, name, table, statement } = outputs;
  const index = { schema, name, table };
  const unseen = { outcome: "couldNotLook", reason: notWrittenText(), hazards: [] } as const;
  const look: DropLook = drops.get(urn) ?? { ...unseen, hazards: [] };
  const heir = changes.find(
    (other) => other.urn !== urn && isSame(looks.get(other.urn)?.index, index),
  );
  const drop = heir && look.drop && { does: "keep" as const, text: droppedForHeirText(heir.urn) };
  return { index, statement, ...look, ...(drop && { drop, hazards: [] }) };
}

function isSame(one: LookRecord["index"], other: NonNullable<LookRecord["index"]>): boolean {
  return (
    one !== undefined &&
    (["schema", "name", "table"] as const).every((part) => one[part] === other[part])
  );
}

/** A replacement is its three steps together. */
function actionOf(steps: readonly PreviewStep[]): Action {
  const ops = steps.map(({ op }) => op);
  if (ops.some((op) => /replac/.test(op))) return "replace";
  const known = ["create", "update", "delete", "same"] as const;
  return known.find((op) => ops.includes(op)) ?? "unknown";
}

/** The name of our resource's type; undefined for somebody else's. */
function typeOf(urn: string): string | undefined {
  return resourceNameOf(urn.split("::")[2]?.split("$").at(-1) ?? "");
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** Of any URN of the stack. */
export function stackOf({ steps }: Preview): Pick<Plan, "project" | "stack"> {
  const [, stack = "", project = ""] =
    /^urn:pulumi:([^:]*)::([^:]*)::/.exec(steps[0]?.urn ?? "") ?? [];
  return { stack, project };
}
