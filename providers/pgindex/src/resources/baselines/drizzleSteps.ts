import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { DrizzleStep } from "../../baseline/drizzle/drizzleHistory";
import { lineEndHashes } from "../../baseline/migrationSql";
import { labelOf } from "../../import/declaration";
import { hiddenPreview, registered, undefinedOutputs } from "../resourceParts";
import { baselineResource } from "./baselineResource";
import type { DrizzleFolderArgs } from "./drizzleBaseline";

interface OfStep {
  readonly step: DrizzleStep;
  /** Where Drizzle's own table is. */
  readonly table: Omit<DrizzleFolderArgs, "folder">;
}

function markOf({ step, table }: OfStep) {
  const { migration, hash, createdAt, previousAt, name, isSplit, statements } = step;
  const isSplitInTwo = isSplit && statements.some(({ by }) => by === "runs");
  const split = isSplitInTwo ? true : undefined;
  return { ...table, migration, hash, createdAt, previousAt, name, split };
}

/** What a migration does beside its indexes. */
export class DrizzleStatements extends pulumi.CustomResource {
  /** @internal */
  static readonly isNative: boolean = false;

  constructor(
    name: string,
    { request, ...of }: OfStep & { readonly request: object },
    options: pulumi.CustomResourceOptions,
  ) {
    const { step } = of;
    const inputs = {
      ...undefinedOutputs(["schemaVersion"]),
      ...markOf(of),
      __read: { ...request, marks: !step.isSplit, declares: step.indexes.map(labelOf) },
      __lineEnds: lineEndHashes(readFileSync(step.file, "utf8")),
    };
    const hidden = hiddenPreview();
    super(
      ...registered(new.target, { resource: "DrizzleStatements", name, hidden }, inputs, options),
    );
  }
}

/** As `DrizzleBaseline`, which reads only migrations of nothing but indexes. */
export class DrizzleMarked extends pulumi.CustomResource {
  /** @internal */
  static readonly isNative: boolean = false;

  constructor(name: string, of: OfStep, options: pulumi.CustomResourceOptions) {
    const { indexes, file } = of.step;
    const resource = { resource: "DrizzleBaseline", name } as const;
    const read = { ...markOf(of), file, indexes };
    super(...baselineResource(new.target, resource, read, options));
  }
}
