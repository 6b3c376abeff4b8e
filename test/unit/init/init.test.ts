import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../../providers/pgindex/src/cli/commandLine.ts";
import { pgindex } from "../../support/tools/cli.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "init-"));
});
afterAll(() => rmSync(root, { recursive: true }));

const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

test("writes a project whose program has the index that CREATE INDEX would make", async () => {
  const columns = 'conversation_id, lower("Subject"), created_at DESC';
  const args = ["init", join(root, "one"), "--table", "app.messages", "--columns", columns];
  const { code, out, err } = await pgindex(args);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("pulumi config set --secret pgindex:databaseUrl");
  expect(read("one", "Pulumi.yaml")).toMatch(/^name: one\nruntime: nodejs\n/);
  expect(JSON.parse(read("one", "package.json")).dependencies["pulumi-pgindex"]).toMatch(/^\^\d/);
  expect(read("one", "index.ts")).toContain(`
new pgindex.Index("messages_conversation_id_lower_created_at_idx", {
  schema: "app",
  table: "messages",
  name: "messages_conversation_id_lower_created_at_idx",
  columns: [
    "conversation_id",
    { expression: 'lower("Subject")' },
    { column: "created_at", order: "desc" },
  ],
});
`);
});

test("asks on a terminal for what the options leave open", async () => {
  const asked: string[] = [];
  const answers = ["", "messages", "id"];
  const code = await run(["init", join(root, "asked")], {
    stdout: () => {},
    stderr: () => {},
    ask: async (question) => {
      asked.push(question);
      return answers[asked.length - 1] ?? "";
    },
    env: {},
  });
  expect(code).toBe(0);
  expect(asked).toEqual([
    "Name of the project (asked): ",
    "Table to index, such as messages or app.messages: ",
    "Columns, such as conversation_id, created_at DESC: ",
  ]);
  expect(read("asked", "index.ts")).toContain('name: "messages_id_idx"');
});

test.each<[title: string, options: string[], said: string]>([
  ["nobody-to-ask", [], "--table and --columns must be given"],
  ["no-statement", ["--table", "a b c", "--columns", "x"], "is not one index"],
  ["two-statements", ["--table", "a", "--columns", "x); DROP TABLE a; --"], "is not one index"],
  ["two-indexes", ["--table", "a", "--columns", "x); CREATE INDEX ON a (y"], "is not one index"],
  [
    "a-refused-name",
    ["--table", "a", "--columns", "x", "--name", "a b"],
    '"a b" cannot be the name of a Pulumi project',
  ],
])("%s: nothing is written", async (title, options, said) => {
  const folder = join(root, title);
  const { code, out, err } = await pgindex(["init", folder, ...options]);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain(said);
  expect(() => read(title, "index.ts")).toThrow("ENOENT");
});

test("overwrites nothing", async () => {
  const folder = mkdtempSync(join(root, "there-"));
  writeFileSync(join(folder, "index.ts"), "mine");
  const { code, err } = await pgindex(["init", folder, "--table", "t", "--columns", "x"]);
  expect(code).toBe(1);
  expect(err).toContain("already has index.ts");
  expect(readFileSync(join(folder, "index.ts"), "utf8")).toBe("mine");
});
