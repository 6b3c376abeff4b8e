// From what Pulumi previewed and what the provider has written to the resources of a plan.
import { expect, test } from "vitest";
import type { LookRecord } from "../../../providers/pgindex/src/review/lookRecord.ts";
import {
  changesIn,
  doomedIn,
  resourcesOf,
} from "../../../providers/pgindex/src/review/run/assemble.ts";
import type { DropLook } from "../../../providers/pgindex/src/review/run/drops.ts";
import { plannedIndex } from "../../support/review/plannedIndex.ts";

const urnOf = (name: string, type = "pulumi-nodejs:pgindex:Index") =>
  `urn:pulumi:dev::shop::${type}::${name}`;
const OUTPUTS = { schemaVersion: 1, schema: "public", name: "i", table: "t", statement: "CREATE" };

function planned(
  steps: readonly (readonly [op: string, urn: string])[],
  looks: readonly LookRecord[] = [],
  drops: Readonly<Record<string, DropLook>> = {},
) {
  const changes = changesIn({
    isComplete: true,
    diagnostics: [],
    steps: steps.map(([op, urn]) => {
      const state = { type: "", provider: "p::1", outputs: OUTPUTS };
      return { op, urn, ...(/create|same/.test(op) ? { newState: state } : { oldState: state }) };
    }),
  });
  return resourcesOf({
    changes,
    doomed: doomedIn(changes),
    looks: new Map(looks.map((look) => [look.urn, look])),
    drops: new Map(Object.entries(drops)),
  });
}

function lookAt(name: string, changes: Partial<LookRecord> = {}): LookRecord {
  const { name: _, action: __, source: ___, ...record } = plannedIndex();
  return { ...record, urn: urnOf(name), ...changes };
}

const GONE: DropLook = { outcome: "looked", drop: { does: "drop", text: "8 kB" }, hazards: [] };

test("somebody else's resources are left out, ours below a component are not", () => {
  const below = urnOf("i", "app:Database$pulumi-nodejs:pgindex:Index");
  const backup = urnOf("b", "pulumi-nodejs:pgindex:Backup");
  const steps = [
    ["create", urnOf("x", "aws:rds:Instance")],
    ["create", below],
  ] as const;
  expect(planned([...steps, ["create", backup]], [lookAt("i", { urn: below })])).toMatchObject({
    indexes: [{ urn: below, name: "i", outcome: "looked" }],
    others: [{ urn: backup, type: "Backup", name: "b", action: "create" }],
  });
});

test("a replacement is one, with what its old index loses", () => {
  const urn = urnOf("i");
  const steps = ["create-replacement", "replace", "delete-replaced"].map(
    (op) => [op, urn] as const,
  );
  expect(planned(steps, [lookAt("i")], { [urn]: GONE }).indexes).toMatchObject([
    { action: "replace", outcome: "looked", drop: { does: "drop" } },
  ]);
});

test("a delete, and one whose index another resource takes over", () => {
  const [old, heir] = [urnOf("old"), urnOf("heir")];
  const of = (looks: readonly LookRecord[]) =>
    planned(
      [
        ["create", heir],
        ["delete", old],
      ],
      looks,
      { [old]: GONE },
    ).indexes.at(-1);
  const elsewhere = lookAt("heir", { index: { schema: "public", name: "other", table: "t" } });
  expect(of([elsewhere])).toMatchObject({ action: "delete", drop: { does: "drop" } });
  expect(of([lookAt("heir")])).toMatchObject({
    drop: { does: "keep", text: "it is now declared as heir" },
  });
});

test.each([
  ["what the provider wrote nothing of", "create", [lookAt("other")], "couldNotLook"],
  ["what Pulumi was told to leave", "same", [lookAt("other")], "notAsked"],
  ["an unchanged one of a provider that writes nothing", "same", [], "couldNotLook"],
  ["a delete that nobody has looked at", "delete", [lookAt("other")], "couldNotLook"],
] as const)("%s is no all-clear", (_what, op, looks, outcome) => {
  const { indexes } = planned([[op, urnOf("i")]], looks);
  expect(indexes.find(({ name }) => name === "i")).toMatchObject({ outcome });
});

test("what was refused has no step of Pulumi's", () => {
  const refused = lookAt("i", { outcome: "refused", reason: "no" });
  expect(planned([], [refused]).indexes).toMatchObject([{ name: "i", action: "unknown" }]);
});
