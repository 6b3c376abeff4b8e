import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { reasonOf } from "../../../stacks/settings.ts";

/** What `pulumi config set pgindex:noBackup …` writes. */
function read(value: string | undefined): string | undefined {
  pulumi.runtime.setAllConfig(value === undefined ? {} : { "pgindex:noBackup": value });
  return reasonOf(new pulumi.Config("pgindex"), "noBackup");
}

test.each(["false", "False", "no", "off", "0", "", "  ", "none", " false "])(
  "%j is no reason to go without",
  (value) => expect(read(value)).toBeUndefined(),
);

test.each(["snapshots of the provider's, every hour", "no space left", "true", "false alarm"])(
  "%j is one",
  (value) => expect(read(value)).toBe(value),
);

test("nor is nothing", () => expect(read(undefined)).toBeUndefined());
