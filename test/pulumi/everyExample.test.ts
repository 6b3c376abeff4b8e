// Every example with a schema, by the commands of its README, as they stand there.
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, test } from "vitest";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexNames } from "../support/pulumi/pulumiDatabase.ts";
import { createDatabase } from "../support/server/database.ts";

const BLOCKS = /<!-- run by test\/pulumi\/everyExample\.test\.ts -->\n```bash\n([\s\S]*?)\n```/g;
const SENDER = "messages_sender_idx";

/** What stands in the database at the end. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  "automation-api": [SENDER],
  component: ["messages_conversation_id_created_at_idx", SENDER.replace("sender", "sender_id")],
  hosted: ["messages_conversation_created_idx"],
  monorepo: ["messages_conversation_idx", SENDER],
  prisma: ["Message_conversationId_createdAt_idx"],
  "pull-requests": [],
  "rds-iam": [SENDER],
};

const folder = mkdtempSync(join(tmpdir(), "pgindex-examples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Stands in for Amazon's program, which needs an account: prints the password of the role. */
function addAws(bin: string, password: string): void {
  mkdirSync(bin);
  const program = `#!/bin/sh\n[ "$1 $2" = "rds generate-db-auth-token" ] && echo '${password}'\n`;
  writeFileSync(join(bin, "aws"), program);
  chmodSync(join(bin, "aws"), 0o700);
}

/** How the role of a URL is known to examples/rds-iam. */
function ofRds(url: string) {
  const { hostname, port, username, pathname } = new URL(url);
  return {
    env: { RDS_HOST: hostname, RDS_DATABASE: pathname.slice(1) },
    config: { "rds-iam:port": port, "rds-iam:user": username, "rds-iam:tls": "sslmode=disable" },
  };
}

test("every example that has a schema is run", () => {
  const all = readdirSync("examples", { withFileTypes: true }).map(({ name }) => name);
  const withSchema = all.filter((name) =>
    readdirSync(join("examples", name)).includes("schema.sql"),
  );
  expect(withSchema.sort()).toEqual(Object.keys(EXAMPLES));
});

describe("examples", { concurrent: true }, () => {
  test.each(Object.entries(EXAMPLES))("%s", async (name, indexes) => {
    const source = join("examples", name);
    const database = await createDatabase();
    try {
      await database.query(readFileSync(join(source, "schema.sql"), "utf8"));
      const directory = join(folder, name);
      cpSync(source, directory, { recursive: true });
      symlinkSync(join(process.cwd(), "node_modules"), join(directory, "node_modules"));
      const bin = join(folder, `${name}-bin`);
      addAws(bin, new URL(database.url).password);
      const rds = ofRds(database.url);
      if (name === "rds-iam") {
        const file = join(directory, "Pulumi.dev.yaml");
        writeFileSync(file, JSON.stringify({ config: rds.config }));
      }
      const env = {
        ...process.env,
        ...createBackend().env,
        ...rds.env,
        DATABASE_URL: database.url,
        PATH: `${bin}:${process.env.PATH}`,
      };
      const blocks = [...readFileSync(join(source, "README.md"), "utf8").matchAll(BLOCKS)];
      const commands = blocks.map(([, text]) => text).join("\n");
      expect(commands).not.toBe("");
      const options = {
        cwd: directory,
        env,
        extendEnv: false,
        stdin: "ignore",
        all: true,
      } as const;
      const { all, exitCode } = await execa("bash", ["-euo", "pipefail", "-c", commands], {
        ...options,
        reject: false,
      });
      expect(exitCode, all).toBe(0);
      expect(await indexNames(database), all).toEqual(indexes);
    } finally {
      await database.drop();
    }
  });
});
