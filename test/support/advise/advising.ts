import { type AdviseRequest, advise } from "../../../providers/pgindex/src/engine/advise/advise.ts";
import type { Advised } from "../../../providers/pgindex/src/engine/advise/advised.ts";
import { readQueriesFile } from "../../../providers/pgindex/src/engine/advise/workload/queriesFile.ts";
import { targetOf } from "../engine/engine.ts";
import type { Twins } from "../twin/twins.ts";

export const SELECTION = { limit: 100, minimumCalls: 0 };

/** What is advised for statements of a file. */
export function adviseFor(
  twins: Twins,
  sql: string,
  more: Partial<AdviseRequest> = {},
): Promise<Advised> {
  const file = { name: "queries.sql", bytes: Buffer.from(sql) };
  return advise({
    database: targetOf(twins.db.url),
    workload: () => readQueriesFile(file, SELECTION),
    server: async () => twins.server,
    ...more,
  });
}

/** `t(a, b) include (c) where …`, in the order of what they gain. */
export function proposed({ proposals }: Advised): string[] {
  return proposals.map(({ table, declaration }) => {
    const { columns, include, predicate, accessMethod } = declaration;
    const keys = (columns as readonly unknown[]).map((key) => {
      if (typeof key === "string") return key;
      const { column, expression, ...others } = key as Record<string, unknown>;
      const rest = Object.values(others).map((each) =>
        typeof each === "string" ? each : JSON.stringify(each),
      );
      return [column ?? expression, ...rest].join(" ");
    });
    return [
      `${table}${accessMethod ? ` ${accessMethod} ` : ""}(${keys.join(", ")})`,
      ...(include ? [`include (${(include as string[]).join(", ")})`] : []),
      ...(predicate ? [`where ${predicate}`] : []),
    ].join(" ");
  });
}
