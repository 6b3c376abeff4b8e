import { describe, expect, test } from "vitest";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { failureOf, targetOf } from "../support/engine/engine.ts";
import type { Definition } from "./definition.ts";
import { type Corpus, indexesOf, useCorpus } from "./observe.ts";
import { declareOn, prove } from "./proof.ts";

/**
 * The body of a test file: each definition lives its life, or is refused in preview by a server too
 * old for it.
 */
export function proveAll(theme: string, definitions: readonly Definition[]): void {
  const corpus = useCorpus();
  describe(theme, () => {
    test.each(definitions)("$title", async (definition) => {
      if (corpus.major >= (definition.since ?? 0)) await prove(corpus, definition);
      else await proveRefused(corpus, definition);
    });
  });
}

async function proveRefused(corpus: Corpus, { args, refusal = /cannot build/ }: Definition) {
  const desired = await declareOn(args);
  const failure = await failureOf(previewIndex(targetOf(corpus.db.url), desired));
  expect(failure.message).toMatch(refusal);
  expect(await indexesOf(corpus, desired)).toEqual([]);
}
