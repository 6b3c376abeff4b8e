import type { Ensured } from "../../providers/pgindex/src/engine/build/request.ts";
import type { DatabaseSettings } from "../../providers/pgindex/src/engine/session/database.ts";
import type { Args } from "../support/engine/engine.ts";
import type { Holder } from "../support/engine/engineDatabase.ts";
import type { Roles } from "../support/engine/engineRoles.ts";
import type { TestDatabase } from "../support/server/database.ts";

/**
 * What becomes of a fault: pgindex copes with it; it refuses, and says why; or nothing can be done
 * about it, and it says that.
 */
export type Mark = "handled" | "refused" | "limit";

/**
 * One way in which concurrent changes of an index fail on a real server, and what pgindex does
 * then. A row of docs/faults.md, which is made of these: so a file of cases imports nothing but
 * types, and `node:assert`.
 */
export interface Fault {
  /** 1 to 62, each once. */
  readonly number: number;
  /** What happens. */
  readonly fault: string;
  /** What pgindex does. */
  readonly answer: string;
  readonly mark: Mark;
  /**
   * What pgindex says, or PostgreSQL through it, word by word; without what differs from run to
   * run. Needed unless it is handled.
   */
  readonly words?: readonly string[];
  /** The test that shows it: here, or as `test/…/file.ts: its title` elsewhere. */
  readonly tests?: readonly string[];
  readonly shown?: Shown;
}

/** A test of a fault, run by faults.test.ts in a database of its own. */
export interface Shown {
  /** SQL, after the tables `t (a int, b int)`, of 100 rows, and `other (a int, b int)`. */
  readonly setUp?: readonly string[];
  /**
   * Brings the fault about while pgindex works, and checks with `node:assert` what only this fault
   * has.
   */
  readonly provoke: (scene: Scene) => Promise<void>;
  /** What stands under the name `t_idx` at the end. */
  readonly end: "valid" | "nothing";
  /** The oldest major version that has the fault, and what is missing before. */
  readonly since?: readonly [version: number, why: string];
}

/** pgindex at work, as `pulumi up` and `pulumi destroy` let it. */
export interface Work<T> {
  /** Its end, which must be a good one. */
  readonly done: Promise<T>;
  /** Its end, which must be a failure: the whole message. */
  failure(): Promise<string>;
  /** Waits until it has shown or logged a line with all of these words, and gives the line. */
  says(...words: string[]): Promise<string>;
  /** Everything it has said so far. */
  said(): string;
  cancel(): void;
}

/** Where a fault is provoked. Everything waits by polling; nothing counts on a duration. */
export interface Scene {
  readonly db: TestDatabase;
  /** Builds `{ table: "t", name: "t_idx", columns: ["a"] }`, as far as `args` says nothing else. */
  build(args?: Args, target?: DatabaseSettings): Work<Ensured>;
  drop(built: Ensured, target?: DatabaseSettings): Work<void>;
  /** The lines of a preview; a refusal is thrown. */
  preview(args?: Args, target?: DatabaseSettings): Promise<string>;
  /** What a refresh says of an index of `build` now; undefined when it is gone. */
  drift(built: Ensured, args?: Args): Promise<string | null | undefined>;
  /** The message with which arguments are refused before any server is asked. */
  refusal(args: Args): Promise<string>;
  /** A session of its own that runs these and leaves its transaction open. */
  hold(begin: string, ...statements: string[]): Promise<Holder>;
  /** The same in another database of the server. */
  holdElsewhere(begin: string, ...statements: string[]): Promise<void>;
  /** A transaction that has written to the table. */
  holdWrite(table: string): Promise<Holder>;
  /** Somebody else's session runs a statement: its result, or the SQLSTATE with which it failed. */
  other(sql: string): Promise<string>;
  /** An owner without login, and a role that may log in and nothing else. */
  roles(): Promise<Roles>;
  until<T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T>;
  untilPhase(phase: string): Promise<number>;
  untilWaiting(statement: string): Promise<number>;
  /** As in `t/t/t`: valid, ready, live. */
  stateOf(index: string): Promise<string | undefined>;
  oidOf(index: string): Promise<number | undefined>;
}
