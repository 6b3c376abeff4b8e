// One index, declared through two Connections that lead to one database: what Pulumi starts for
// them are two processes. What becomes of both then: test/provider/twoConnections.test.ts.
import { Connection, Index } from "pulumi-pgindex";
import { expect, test } from "vitest";
import { createStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { failureOf } from "../support/pulumi/pulumiRun.ts";

const database = useDatabase("CREATE TABLE t (a int)");
const backend = createBackend();

test("is refused in the preview and in the first up, with the other one's name", async () => {
  const args = { table: "t", name: "t_a_idx", columns: ["a"] };
  const stack = await createStack(
    async () => {
      const url = database().url;
      const [one, other] = [new Connection("one", { url }), new Connection("other", { url })];
      new Index("first", args, { provider: one });
      new Index("second", args, { provider: other });
    },
    { backend },
  );
  for (const command of [() => stack.preview(), () => stack.up()]) {
    const { text } = await failureOf(command());
    expect(text).toMatch(
      /index public\.t_a_idx is declared twice, here and by (first|second) through another Connection/,
    );
  }
});
