// What belongs to the transport of the dynamic provider stays within its adapter.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const SOURCE = join("providers", "pgindex", "src");
const OF_DYNAMIC = /__urn|__provider|__preview|Empty\.deserializeBinary|process\.stdin/;

test("no trick of the dynamic provider's is known outside of its adapter and its classes", () => {
  const all = ["engine", "provider"].flatMap((folder) =>
    readdirSync(join(SOURCE, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name)),
  );
  const knowing = all.filter((name) => OF_DYNAMIC.test(readFileSync(join(SOURCE, name), "utf8")));
  expect(knowing.sort()).toEqual([
    join("provider", "dynamic", "dynamicProvider.ts"),
    join("provider", "dynamic", "hiddenInputs.ts"),
    join("provider", "dynamic", "renamedResources.ts"),
    join("provider", "dynamic", "stopSignals.ts"),
  ]);
});
