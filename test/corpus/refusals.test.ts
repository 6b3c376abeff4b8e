import { describe, expect, test } from "vitest";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { failureOf, targetOf } from "../support/engine/engine.ts";
import { REFUSALS } from "./cases/refusals.ts";
import { indexesOf, useCorpus } from "./observe.ts";
import { declareOn } from "./proof.ts";

const corpus = useCorpus();

describe("refused in preview, in PostgreSQL's words, with nothing left", () => {
  test.for(REFUSALS)("$title", async ({ args, message, since = 0 }, { skip }) => {
    skip(corpus.major < since, `PostgreSQL has this from ${since} on`);
    const desired = await declareOn(args);
    const failure = await failureOf(previewIndex(targetOf(corpus.db.url), desired));
    expect(failure.message).toMatch(message);
    expect(failure.message).toMatch(/^cannot build .*\n {2}why: .*\n {2}fix: /);
    expect(await indexesOf(corpus, desired)).toEqual([]);
  });
});
