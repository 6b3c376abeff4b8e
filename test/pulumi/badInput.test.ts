import pulumi from "@pulumi/pulumi";
import { Index } from "pulumi-pgindex";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import {
  type Canary,
  createCanary,
  indexesOf,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { refusedPreview } from "../support/pulumi/pulumiRefusal.ts";
import { errorsOf, failureOf } from "../support/pulumi/pulumiRun.ts";

const backend = createBackend();
const database = useDatabase(
  "CREATE TABLE t (a int, b text)",
  "CREATE INDEX different_idx ON t (b)",
);
let canary: Canary;
let stack: TestStack;
beforeAll(async () => {
  canary = await createCanary(database());
  const env = { DATABASE_URL: canary.url };
  stack = await createStack(async () => undefined, { backend, env });
});
afterAll(async () => {
  canary.assertAbsent(stack.transcript + stack.state());
  await canary.drop();
});

describe("what cannot be built is refused in preview, by one error", () => {
  test("a valid index of another definition, and up refuses it just the same", async () => {
    stack.program = async () => {
      new Index("wrong", { table: "t", name: "different_idx", columns: ["a"] });
    };
    const errors = await refusedPreview(stack, database(), "wrong");
    expect(errors).toContain(
      "refused: index public.different_idx on public.t exists with another definition",
    );
    expect(errors).toContain(
      "fix: declare what exists, or declare the new definition under another name",
    );
    const failed = await failureOf(stack.up());
    expect(errorsOf(failed, "wrong")).toContain("exists with another definition");
    expect(await indexesOf(database())).toHaveLength(1);
  });

  test("without a preview (--skip-preview, as in CI) the advice is the same", async () => {
    const wrong: readonly [args: object, advice: string][] = [
      [{ where: "a > 0" }, 'where is not an argument; did you mean "predicate"?'],
      [{ columns: ["lower(b)"] }, 'fix: write { expression: "lower(b)" }'],
      [{ table: "public.t" }, 'fix: write schema: "public", table: "t"'],
    ];
    for (const [args, advice] of wrong) {
      stack.program = async () => {
        new Index("wrong", { table: "t", name: "wrong_idx", columns: ["a"], ...args });
      };
      // The automation API runs `pulumi up --skip-preview`.
      const failed = await failureOf(stack.up());
      expect(errorsOf(failed, "wrong")).toContain(advice);
      expect(failed.text).not.toContain("unknown property value");
    }
  });

  test("a refused argument that is a secret stays one", async () => {
    stack.program = async () => {
      const predicate = pulumi.secret(`b = '${canary.password}' OR`);
      new Index("wrong", { table: "t", name: "wrong_idx", columns: ["a"], predicate });
    };
    const errors = await refusedPreview(stack, database(), "wrong");
    expect(errors).toContain("predicate ");
  });
});
