import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test as base, describe, expect, test } from "vitest";
import { serverHas } from "../support/engine/engineDatabase.ts";
import type { Shown } from "./fault.ts";
import { FAULTS, LAST_FAULT, splitTest, titleOf } from "./faults.ts";
import { type OpenScene, openScene } from "./scene.ts";

const ROOT = join(import.meta.dirname, "..", "..");

const END: Readonly<Record<Shown["end"], string | undefined>> = {
  valid: "t/t/t",
  nothing: undefined,
};

const inScene = base.extend<{ open: (setUp?: readonly string[]) => Promise<OpenScene> }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of what is needed
  open: async ({}, use) => {
    const opened: OpenScene[] = [];
    await use(async (setUp) => {
      const scene = await openScene(setUp);
      opened.push(scene);
      return scene;
    });
    for (const each of opened) await each.close();
  },
});

const OWN = FAULTS.flatMap(({ shown, ...row }) => (shown ? [{ ...row, shown }] : []));

describe.concurrent("provoked on a server", () => {
  inScene.for(OWN.map((row) => [titleOf(row), row] as const))(
    "%s",
    async ([, { shown, words = [] }], { open, skip }) => {
      const { since: [version, why] = [0, ""] } = shown;
      skip(!serverHas(version * 10_000), why);
      const { scene, said } = await open(shown.setUp);
      await shown.provoke(scene);
      expect(await scene.stateOf("t_idx")).toBe(END[shown.end]);
      for (const each of words) expect(said()).toContain(each);
    },
  );
});

describe("the table", () => {
  test(`has every fault from 1 to ${LAST_FAULT}, each once`, () => {
    const wanted = Array.from({ length: LAST_FAULT }, (_, i) => i + 1);
    expect(FAULTS.map(({ number }) => number)).toEqual(wanted);
  });

  test("has a test for each, and words for what is not simply handled", () => {
    for (const row of FAULTS) {
      expect(row.shown ?? row.tests, titleOf(row)).toBeTruthy();
      if (row.mark !== "handled") expect(row.words?.length, titleOf(row)).toBeGreaterThan(0);
    }
  });

  test.for(FAULTS.filter(({ tests }) => tests).map((row) => [titleOf(row), row] as const))(
    "names tests that there are: %s",
    ([, row]) => {
      const texts = (row.tests ?? []).map(textOf);
      // Of a case shown here the words are looked for in what pgindex has said.
      if (row.shown) return;
      for (const words of row.words ?? []) expect(texts.join("\n")).toContain(words);
    },
  );
});

/** The source of a test that is named, which has to have it. */
function textOf(name: string): string {
  const { file, title } = splitTest(name);
  expect(existsSync(join(ROOT, file)), file).toBe(true);
  const text = readFileSync(join(ROOT, file), "utf8");
  const quoted = ['"', "'", "`"].map((quote) => `${quote}${title}${quote}`);
  expect(
    quoted.some((each) => text.includes(each)),
    `${file} has no ${title}`,
  ).toBe(true);
  return text;
}
