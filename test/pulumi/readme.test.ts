// The README's way into an own project, run as it stands there.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";

const BLOCK = /<!-- run by test\/pulumi\/readme\.test\.ts -->\n```bash\n([\s\S]*?)\n```/;

/** What npm tells the scripts that it runs: a command in a new home is none of them. */
const OF_THIS_RUN =
  /^(PULUMI_(?!SKIP)|INIT_CWD$|npm_(package|lifecycle|command|config_local_prefix))/;

const database = useDatabase(
  "CREATE TABLE messages (id int PRIMARY KEY, conversation_id int, created_at timestamptz)",
  "INSERT INTO messages SELECT n, n % 7, now() FROM generate_series(1, 1000) n",
);
let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "readme-"));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

// The registry may be slow.
const WITHIN = 900_000;

test("the commands, in a new home, end with a valid index", { timeout: WITHIN }, async () => {
  const { stdout: npmCache } = await execa("npm", ["config", "get", "cache"]);
  const [, commands = ""] = BLOCK.exec(readFileSync("README.md", "utf8")) ?? [];
  expect(commands).toContain("pulumi up");
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_THIS_RUN.test(name))),
    HOME: home,
    // Pulumi asks the system for the user's home.
    PULUMI_HOME: join(home, ".pulumi"),
    DATABASE_URL: database().url,
    // Downloads are kept outside of the new home: a registry may be slow, and is not what is tested.
    npm_config_cache: npmCache,
    npm_config_prefer_offline: "true",
  };
  const script = ["-euo", "pipefail", "-c", commands];
  const { all, exitCode } = await execa("bash", script, {
    ...{ env, extendEnv: false, stdin: "ignore", all: true, reject: false, timeout: WITHIN },
  });
  expect(exitCode, all).toBe(0);
  expect(all).toMatch(/pgindex:Index messages_conversation_id_created_at_idx created .*valid/);
  expect(await indexesOf(database())).toMatchObject([
    {
      definition: expect.stringMatching(
        /INDEX messages_conversation_id_created_at_idx .*\(conversation_id, created_at DESC\)$/,
      ),
    },
  ]);
});
