import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pgindex from "pulumi-pgindex";
import { beforeAll, describe, expect, test } from "vitest";
import { OLDER_DATABASE, olderProgram } from "../support/pulumi/olderProgram.ts";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexNames, useDatabase } from "../support/pulumi/pulumiDatabase.ts";

/** What each release has left in a stack, as `pulumi stack export` printed it. */
const FOLDER = join("test", "support", "pulumi", "states");
const releases = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ""));

const database = useDatabase(...OLDER_DATABASE);

describe.each(releases)("the state of release %s", (release) => {
  let stack: TestStack;
  beforeAll(async () => {
    const env = { DATABASE_URL: database().url };
    stack = await createStack(olderProgram(pgindex), {
      backend: createBackend(),
      name: "stack1",
      env,
    });
    await stack.importState(JSON.parse(readFileSync(join(FOLDER, `${release}.json`), "utf8")));
  });

  test("goes through a preview without a change", async () => {
    expect((await stack.preview()).changes).toEqual({ same: 5 });
  });

  test("goes through up without one, and a refresh finds no drift", async () => {
    const before = await indexNames(database());
    expect((await stack.up()).changes).toEqual({ same: 5 });
    await stack.refresh();
    for (const name of ["email", "key", "plain"])
      expect(stack.resource(name).outputs).toMatchObject({ drift: null, valid: true });
    expect(stack.resource("email").outputs?.usage).toBeUndefined();
    expect(await indexNames(database())).toEqual(before);
  });

  test("is destroyed: what it recorded still tells which indexes are its own", async () => {
    await stack.destroy();
    expect(await indexNames(database())).toEqual([]);
  });
});
