// What the programs of two stacks do: staging, which builds and proves, and production behind a gate.
import {
  type Index,
  type IndexArgs,
  promotionEvidence,
  type ServedQuery,
  type Verification,
} from "pulumi-pgindex";
import { UNKNOWN } from "../../providers/pgindex/src/engine/input/unknownValues.ts";
import type { Properties } from "./calls.ts";
import { type Opened, Resource } from "./resource.ts";

/** What the constructor of `Verification` takes from its index. */
export function provedBy(index: Properties, served: readonly ServedQuery[]): object {
  const { schema, table, name, definition, builtAt, validSince, before, canonical } = index;
  return { schema, table, name, definition, builtAt, validSince, before, canonical, served };
}

/** An index, its proof, and what a program exports of them. */
export class Staging {
  readonly #args: () => IndexArgs;
  readonly #index: Resource;
  readonly #proof: Resource;
  evidence: unknown;

  constructor(open: () => Promise<Opened>, args: () => IndexArgs) {
    this.#args = args;
    this.#index = new Resource("index", open, "index");
    this.#proof = new Resource("verification", open, "proof");
  }

  async up(): Promise<void> {
    await this.#index.up(this.#args());
    await this.#proof.up(provedBy(this.#index.outputs, this.#args().serves ?? []));
    await this.#export();
  }

  /** `up --target` of the index. */
  async upOnly(): Promise<void> {
    await this.#index.up(this.#args());
    await this.#export();
  }

  /** `refresh --run-program`. */
  async refreshOutputs(): Promise<void> {
    await this.#index.refresh();
    await this.#proof.refresh();
    await this.#export();
  }

  async #export(): Promise<void> {
    const index = this.#index.outputs as unknown as Index;
    const verification = this.#proof.outputs as unknown as Verification;
    this.evidence = await new Promise((resolve) => {
      promotionEvidence([{ index, verification }]).apply(resolve);
    });
  }
}

interface Openers {
  /** The program's default provider, which has no database here. */
  readonly gate: () => Promise<Opened>;
  /** The index's Connection. */
  readonly index: () => Promise<Opened>;
}

/** A gate, and the index that names it. */
export class Production {
  readonly #args: () => IndexArgs;
  readonly #gated: () => object;
  readonly #gate: Resource;
  readonly #index: Resource;

  constructor(open: Openers, args: () => IndexArgs, gated: () => object) {
    this.#args = args;
    this.#gated = gated;
    this.#gate = new Resource("gate", open.gate, "gate");
    this.#index = new Resource("index", open.index, "index");
  }

  async preview(): Promise<string[]> {
    const { change } = await this.#gate.preview(this.#gated());
    const passed =
      change === "same" ? this.#gate.outputs : { statements: UNKNOWN, proofs: UNKNOWN };
    const index = await this.#index.preview({ ...this.#args(), gate: [passed] });
    return [change, index.change];
  }

  async up(): Promise<void> {
    await this.#gate.up(this.#gated());
    await this.upOnly();
  }

  /** `up --target` of the index. */
  upOnly() {
    return this.#index.up({ ...this.#args(), gate: [this.#gate.outputs] });
  }
}
