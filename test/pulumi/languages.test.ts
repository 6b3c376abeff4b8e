// The native provider as the CLI runs it, in each language; test/provider has what needs no CLI.
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { ensureLanguages } from "../../tools/setup/languages.mjs";
import { indexNames, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { createExample } from "../support/pulumi/pulumiExample.ts";

const database = useDatabase(
  "CREATE TABLE messages (id int, conversation_id int, created_at timestamptz, state text)",
  "INSERT INTO messages SELECT n, n % 9, now(), 'new' FROM generate_series(1, 1000) n",
  "CREATE INDEX by_hand_idx ON messages (lower(state)) WHERE id > 5",
);
const NAME = "messages_conversation_created_idx";

/** The hosts of the languages; nothing where they cannot be built. */
const folders: string[] | undefined = await ensureLanguages().catch(() => undefined);

function example(language: "yaml" | "python") {
  const PATH = [...(folders ?? []), process.env.PATH].join(delimiter);
  return createExample(language, { env: { DATABASE_URL: database().url, PATH } });
}

/** A function of the package, and an output with its answer. */
const ASKING = {
  yaml: `  byHand: \${there.definition}
variables:
  there:
    fn::invoke: { function: "pgindex:index:getIndex", arguments: { name: by_hand_idx } }
`,
  python: `
there = pulumi.runtime.invoke("pgindex:index:getIndex", {"name": "by_hand_idx"})
pulumi.export("by_hand", there.value["definition"])
`,
};

const ASKED = { yaml: "byHand", python: "by_hand" };

/** The commands of Pulumi's that a README asks for, but for those that the test's project has run. */
function commandsOf(language: string): string[][] {
  const text = readFileSync(join("examples", language, "README.md"), "utf8");
  const [, block = ""] = /```sh\n(.*?)```/s.exec(text) ?? [];
  const lines = block
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const own = lines.filter(([program, ...args]) => program === "pulumi" && args[0] !== "stack");
  return own.map(([, ...args]) => args);
}

test.skipIf(!folders).for(["yaml", "python"] as const)(
  "examples/%s: the README's commands, a rename in place, drift, and nothing left",
  async (language) => {
    const project = example(language);
    const commands = commandsOf(language);
    const [up = [], preview = [], destroy = []] = commands;
    expect(commands.map(([command]) => command)).toEqual(["up", "preview", "destroy"]);
    expect(await project.run(...up)).toContain(`CREATE INDEX CONCURRENTLY "${NAME}"`);
    await project.run(...preview);
    const file = join(project.directory, language === "yaml" ? "Pulumi.yaml" : "__main__.py");
    const asking = readFileSync(file, "utf8") + ASKING[language];
    writeFileSync(file, asking.replace(NAME, "renamed_idx"));
    expect(await project.run(...up)).toContain('RENAME TO "renamed_idx"');
    const answer = await project.run("stack", "output", ASKED[language]);
    expect(answer).toContain("by_hand_idx ON public.messages");
    expect(await indexNames(database())).toEqual(["by_hand_idx", "renamed_idx"]);
    await database().query("ALTER INDEX renamed_idx RENAME TO strayed_idx");
    expect(await project.run("preview", "--diff")).toContain("renamed outside to strayed_idx");
    await project.run(...destroy);
    expect(await indexNames(database())).toEqual(["by_hand_idx"]);
  },
);

test.skipIf(!folders)("pulumi import prints a program that previews empty", async () => {
  const project = example("yaml");
  await project.run("up", "--yes", "--skip-preview");
  const printed = await project.run(
    ...["import", "--yes", "--skip-preview", "pgindex:index:Index", "m", "public.by_hand_idx"],
  );
  const [, code = ""] = /^resources:\n(.*?)\n(?=\S|$)/ms.exec(printed) ?? [];
  const file = join(project.directory, "Pulumi.yaml");
  const program = readFileSync(file, "utf8");
  writeFileSync(file, program.replace("outputs:", `${code}\noutputs:`));
  await project.run("preview", "--expect-no-changes");
  const plugin = join(project.directory, "node_modules/pulumi-pgindex/pulumi-resource-pgindex");
  expect(await project.run("package", "get-schema", plugin)).toContain("pgindex:index:getIndexes");
});
