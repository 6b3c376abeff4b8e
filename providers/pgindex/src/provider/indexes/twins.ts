import type { DesiredIndex } from "../../engine/declare/desiredIndex";
import { CancelledError, errorText } from "../../engine/errors/advice";
import type { ParsedQuery } from "../../engine/measure/servedQueries";
import type { Context } from "../../engine/operation/context";
import type { Database } from "../../engine/session/database";
import { oneLine } from "../../engine/text/printable";
import { type Foretold, foretell } from "../../engine/twin/foretell";
import { foretoldLines } from "../../engine/twin/foretoldLines";
import { findTwinBinary } from "../../engine/twin/server/twinBinary";
import { startTwinServer, type TwinServer } from "../../engine/twin/server/twinServer";
import { couldNotLook } from "../../engine/twin/twinMessages";

/** The queries that an index serves, and the one that it takes the place of. */
export interface Served {
  readonly queries: readonly ParsedQuery[];
  readonly replaces?: { readonly schema: string; readonly name: string };
}

/** What a preview says of the queries' plans. */
interface Told {
  readonly lines: readonly string[];
  /** Absent where nobody could look. */
  readonly foretold?: Foretold;
}

const NOTHING: Told = { lines: [] };

/** Foretells plans, all on one server, which is started for the first. */
export class Twins {
  private server: Promise<TwinServer> | undefined;
  private readonly said = new Set<string>();

  /** It never refuses a preview. */
  async tell(
    database: Database,
    desired: DesiredIndex,
    { queries, replaces }: Served,
    ctx: Context,
  ): Promise<Told> {
    if (!database.predictPlans || queries.length === 0) return NOTHING;
    ctx.status("foretelling the plans of its queries");
    try {
      const server = () => this.start();
      const asked = { database, index: desired, desired, replaces, queries, ctx, server };
      const foretold = await foretell(asked);
      return { lines: foretoldLines(foretold), foretold };
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      return { lines: this.once(couldNotLook(oneLine(errorText(error)))) };
    }
  }

  private start(): Promise<TwinServer> {
    this.server ??= Promise.resolve().then(() => startTwinServer(findTwinBinary()));
    return this.server;
  }

  /** What is missing on this machine is missing for every index. */
  private once(line: string): string[] {
    if (this.said.has(line)) return [];
    this.said.add(line);
    return [line];
  }
}
