import type { Args } from "../support/engine/engine.ts";

/** A definition, as data; one proof is run on each. */
export interface Definition {
  readonly title: string;
  /** What differs from {@link BASE}. */
  readonly args: Args;
  /**
   * The same index by hand: what follows the table in CREATE INDEX. PostgreSQL must print both
   * alike.
   */
  readonly sql: string;
  /** The first major version that has it. */
  readonly since?: number;
  /** What a preview on an older server says; else any refusal will do. */
  readonly refusal?: RegExp;
  /** Other ways to write the same index, in place of `args`: nothing may be built. */
  readonly respelled?: readonly Args[];
  /** Another index, in place of `args`: replaced. Without it, the predicate is changed. */
  readonly changed?: Args;
  /** Differs only in what ALTER can change, in place of `args`: the index stays the one it is. */
  readonly altered?: Args;
  /** Differs only in what ALTER records and a rebuild applies. */
  readonly rebuilt?: Args;
}

export const BASE = { schema: "app", table: "docs", name: "docs_idx" };

/** What PostgreSQL refuses, and what a preview says of it. */
export interface Refusal {
  readonly title: string;
  readonly args: Args;
  readonly message: RegExp;
  readonly since?: number;
}

type More = Omit<Definition, "title" | "args" | "sql">;

export function define(title: string, args: Args, sql: string, more: More = {}): Definition {
  return { title, args, sql, ...more };
}

export function column(name: string, more: Args = {}): Args {
  return { columns: [{ column: name, ...more }] };
}

export function expression(text: string, more: Args = {}): Args {
  return { columns: [{ expression: text, ...more }] };
}

/** An index by another access method. */
export function using(accessMethod: string, args: Args): Args {
  return { ...args, accessMethod };
}

export function partial(predicate: string): Args {
  return { columns: ["id"], predicate };
}

/** A partial index on `id`, and other spellings of its predicate. */
export function partialOn(predicate: string, ...respelled: string[]): Definition {
  return define(`WHERE ${predicate}`, partial(predicate), `(id) WHERE ${predicate}`, {
    respelled: respelled.map(partial),
  });
}

/** A B-tree index on an expression, and other spellings of it. */
export function keyOn(text: string, ...respelled: string[]): Definition {
  return define(text, expression(text), `((${text}))`, {
    respelled: respelled.map((each) => expression(each)),
  });
}

export function withParameters(columnName: string, operatorClass: unknown, parameters: Args): Args {
  return column(columnName, { operatorClass, operatorClassParameters: parameters });
}

/** An operator class of an extension, which stands in schema `ext`. */
export function ext(name: string): Args {
  return { schema: "ext", name };
}
