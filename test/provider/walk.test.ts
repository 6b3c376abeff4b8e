// A random walk over both fronts. Whatever becomes of an index, in the program or outside, the next
// `up` mends it, and the preview after that is empty.
import fc from "fast-check";
import { expect, test } from "vitest";
import { commentOf, indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { type AnyFront, bothFronts } from "./bothFronts.ts";

const database = useDatabase("CREATE TABLE t (a int, b int)");
let marks = true;
const fronts = bothFronts(
  () => ({ DATABASE_URL: database().url }),
  () => ({ "pgindex:ownershipMarks": String(marks) }),
);

interface Program {
  readonly front: keyof typeof fronts;
  /** Its logical name: by `pulumi stack rename` or an alias. */
  readonly called: string;
  readonly args: Readonly<Record<string, unknown>> & { readonly name: string };
}

/** What changes in the program. */
const CHANGES: Readonly<Record<string, (before: Program, choice: number) => Program>> = {
  front: (before) => atOtherFront(before),
  called: (before, choice) => ({ ...before, called: `it-${choice}` }),
  "front and called": (before, choice) => ({ ...atOtherFront(before), called: `it-${choice}` }),
  columns: (before, choice) =>
    declaring(before, { columns: choice % 2 === 0 ? ["a"] : ["b", "a"] }),
  name: (before, choice) => declaring(before, { name: `walk_${choice}_idx` }),
  comment: (before, choice) => declaring(before, { comment: ["", "one", undefined][choice % 3] }),
  unique: (before, choice) => declaring(before, { unique: choice % 2 === 0 }),
};

const atOtherFront = (before: Program): Program => ({
  ...before,
  front: before.front === "native" ? "dynamic" : "native",
});

const declaring = (before: Program, more: object): Program => ({
  ...before,
  args: { ...before.args, ...more },
});

/** What somebody does to the index meanwhile. */
const OUTSIDE: Readonly<Record<string, (name: string) => string>> = {
  "renamed outside": (name) => `ALTER INDEX ${name} RENAME TO strayed_idx`,
  "commented outside": (name) => `COMMENT ON INDEX ${name} IS 'by hand'`,
  "dropped outside": (name) => `DROP INDEX ${name}`,
  "reindexed outside": (name) => `REINDEX INDEX ${name}`,
};

const kinds = [...Object.keys(CHANGES), ...Object.keys(OUTSIDE), "refreshed", "marks"];
const step = fc.record({ kind: fc.constantFrom(...kinds), choice: fc.nat(5) });

test("after each step an up brings about what is declared, and a preview is empty", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), async (steps) => {
      marks = true;
      const walk = new Walk();
      try {
        await walk.up();
        for (const each of steps) await walk.step(each);
      } finally {
        await walk.end();
      }
    }),
    { numRuns: 12 },
  );
});

class Walk {
  #program: Program = {
    front: "dynamic",
    called: "it",
    args: { table: "t", name: "walk_idx", columns: ["a"] },
  };
  #resource: AnyFront = fronts.dynamic("Index", "it");
  /** A mark that was not written for a while comes with the next change. */
  #isMarked = true;

  async step({ kind, choice }: { readonly kind: string; readonly choice: number }): Promise<void> {
    const outside = OUTSIDE[kind];
    if (outside) await database().query(outside(this.#program.args.name));
    if (kind === "refreshed") await this.#resource.refresh();
    if (kind === "marks") this.#toggleMarks();
    this.#declare(CHANGES[kind]?.(this.#program, choice) ?? this.#program);
    await this.up();
  }

  async up(): Promise<void> {
    const { called, args } = this.#program;
    await this.#resource.up(args);
    const found = await indexesOf(database());
    expect(found.map(({ name }) => name)).toEqual([args.name]);
    if (this.#isMarked)
      expect(await commentOf(database(), args.name)).toContain(`tests/dev, ${called} [`);
    expect(await this.#resource.preview(args)).toMatchObject({ change: "same", lines: [] });
  }

  async end(): Promise<void> {
    await this.#resource.destroy();
    expect(await indexesOf(database())).toEqual([]);
  }

  #toggleMarks(): void {
    marks = !marks;
    this.#isMarked = false;
  }

  /** The state stays, whoever looks after it. */
  #declare(program: Program): void {
    const { state } = this.#resource;
    this.#program = program;
    this.#resource = fronts[program.front]("Index", program.called);
    this.#resource.state = state;
  }
}
