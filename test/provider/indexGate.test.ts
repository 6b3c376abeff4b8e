// An index that names its gates: nothing goes round them, not even up --target.
import type { IndexArgs } from "pulumi-pgindex";
import { beforeAll, describe, expect, test } from "vitest";
import { UNKNOWN } from "../../providers/pgindex/src/engine/input/unknownValues.ts";
import { readDatabaseIdentity } from "../../providers/pgindex/src/engine/session/databaseIdentity.ts";
import { withObserver } from "../../providers/pgindex/src/engine/session/workspace.ts";
import { targetOf } from "../support/engine/engine.ts";
import { foundAs, RECORDED, THERE } from "../support/promote/provedIndex.ts";
import { indexNames, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { startProxy } from "../support/server/tcpProxy.ts";
import { args, hoursAgo, STATEMENT } from "./gateCases.ts";
import { type Opened, openProvider, Resource, refusalOf } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int, b int)");

let opened: Opened;
let here: typeof THERE;
beforeAll(async () => {
  opened = await openProvider({}, { "pgindex:url": database().url });
  const options = { purpose: "test", writable: false };
  const identity = await withObserver(targetOf(database().url), options, readDatabaseIdentity);
  here = { ...identity, systemIdentifier: identity.systemIdentifier ?? "" };
});

const open = async () => opened;
const gatedBy = (...gates: readonly object[]) => ({ ...args, gate: gates }) as unknown as IndexArgs;
const passed = (proofs: readonly object[] = [{ statement: STATEMENT, database: THERE }]) => ({
  statements: [STATEMENT],
  proofs,
});

describe("an index is refused, in preview and up", () => {
  const cases: [title: string, gates: () => readonly object[], error: RegExp][] = [
    ["where its gate let nothing pass", () => [{ statements: [] }], /has not let this definition/],
    [
      "where its gate let another definition pass",
      () => [{ statements: [STATEMENT.replace('("a")', '("b")')] }],
      /has not let this definition pass[\s\S]*without --target/,
    ],
    [
      "where its gate has no outputs, as one that --target left out",
      () => [{}],
      /has not let this definition pass/,
    ],
    [
      "where one of its gates let it pass and another did not",
      () => [passed(), { statements: [] }],
      /has not let this definition pass/,
    ],
    [
      "where it was proved on its own database",
      () => [passed([{ statement: STATEMENT, database: here }])],
      /was proved on this stack's own database[\s\S]*the evidence is of \w+@\d+\/\d+/,
    ],
  ];
  test.each(cases)("%s", async (_title, gates, error) => {
    const index = new Resource("index", open);
    expect(await refusalOf(index.preview(gatedBy(...gates())))).toMatch(error);
    expect(await refusalOf(index.up(gatedBy(...gates())))).toMatch(error);
    expect(await indexNames(database())).toEqual([]);
  });

  test("where the preview of its own program is not asked for", async () => {
    const index = new Resource("index", open);
    const asked = { ...gatedBy({ statements: [] }), validateInPreview: false };
    expect(await refusalOf(index.up(asked))).toMatch(/has not let this definition pass/);
  });
});

test("an index that passed is built, records nothing of its gate, and is not asked again", async () => {
  const index = new Resource("index", open);
  expect((await index.preview(gatedBy({ statements: UNKNOWN, proofs: UNKNOWN }))).change).toBe(
    "create",
  );
  await index.up(gatedBy(passed()));
  expect(index.state?.inputs).not.toHaveProperty("gate");
  const gone = [gatedBy({ statements: [] }), gatedBy(), args, gatedBy(passed(), passed())];
  for (const asked of gone) expect((await index.preview(asked)).change).toBe("same");
  const changed = { ...gatedBy(passed()), columns: ["b"] };
  expect(await refusalOf(index.preview(changed))).toMatch(/has not let this definition pass/);
  await index.destroy();
});

describe("a gate that can ask its own database", () => {
  const evidence = (there: typeof THERE) => ({
    "public.t_idx": {
      statement: STATEMENT,
      valid: true,
      validSince: hoursAgo(26),
      verifiedAt: hoursAgo(1),
      trafficScans: 7,
      isExact: true,
      isToldApart: true,
      recorded: { ...RECORDED, database: there },
      found: { ...foundAs("public.t_idx"), database: there },
      queries: [{ name: "by a", usesIndex: true, planType: "Index Scan" }],
    },
  });

  test("refuses it as the other stack's, also by an override that is a reason alone", async () => {
    const gate = new Resource("gate", open);
    const own = { indexes: [args], evidence: evidence(here) };
    expect(await refusalOf(gate.preview(own))).toMatch(/evidence is of this stack's own database/);
    const overridden = { ...own, override: "hotfix" };
    expect(await refusalOf(gate.preview(overridden))).toMatch(/waives no database/);
  });

  test("takes another's, and the override that its refusal says", async () => {
    const gate = new Resource("gate", open);
    await gate.up({ indexes: [args], evidence: evidence(THERE) });
    expect(gate.outputs).toMatchObject({ proofs: [{ statement: STATEMENT, database: THERE }] });
    const other = new Resource("gate", open);
    const own = { indexes: [args], evidence: evidence(here) };
    const said = await refusalOf(other.preview(own));
    const [, override = ""] = said.match(/pulumi config set pgindex:override '(.*)'/) ?? [];
    await other.up({ ...own, override });
    expect(other.outputs).toMatchObject({ overrides: [{ waived: ["database"] }] });
    const index = new Resource("index", open);
    await index.up(gatedBy(other.outputs));
    await index.destroy();
  });
});

describe("an override that stays in the configuration", () => {
  const asks = (columns: readonly string[], override?: unknown) => ({
    indexes: [{ ...args, columns }],
    evidence: {},
    override,
  });

  test("waives nothing else, as a reason alone", async () => {
    const gate = new Resource("gate", open);
    await gate.up(asks(["a"], "hotfix"));
    expect((await gate.preview(asks(["a"], "hotfix"))).change).toBe("same");
    expect(await refusalOf(gate.preview(asks(["b"], "hotfix")))).toMatch(
      /has this reason for another definition already/,
    );
    // Also when the first definition has left the gate.
    await gate.up(asks(["b"], "another hotfix"));
    expect(await refusalOf(gate.preview(asks(["a", "b"], "hotfix")))).toMatch(/already/);
  });

  test("of a release that recorded no reasons, waives nothing else", async () => {
    const gate = new Resource("gate", open);
    const waived = { schema: "public", name: "t_idx", statement: STATEMENT, waived: ["soak"] };
    const inputs = { indexes: [waived], override: "hotfix" };
    gate.state = {
      id: "gate",
      inputs,
      outputs: { statements: [STATEMENT], passedAt: hoursAgo(9) },
    };
    expect(await refusalOf(gate.preview(asks(["b"], "hotfix")))).toMatch(/already/);
  });

  test("is for the definition that it names", async () => {
    const gate = new Resource("gate", open);
    const said = await refusalOf(gate.preview(asks(["a"])));
    const [, json = ""] = said.match(/pulumi config set pgindex:override '(.*)'/) ?? [];
    await gate.up(asks(["a"], json));
    expect(gate.outputs).toMatchObject({ overridden: "why it cannot wait" });
    expect(await refusalOf(gate.preview(asks(["b"], json)))).toMatch(
      /is for the definition \w+, not/,
    );
  });
});

describe("which database it is", () => {
  test("is known from the look that the run has taken anyway: no session for it", async () => {
    const { hostname, port } = new URL(database().url);
    const proxy = await startProxy({ host: hostname, port: Number(port) });
    const behind = await openProvider({}, { "pgindex:url": proxy.through(database().url) });
    const index = new Resource("index", async () => behind);
    const own = [{ statement: STATEMENT, database: here }];
    expect(await refusalOf(index.preview(gatedBy(passed(own))))).toMatch(/own database/);
    expect(proxy.freeze({ application: "pgindex look for the declared" })).toBeGreaterThan(0);
    expect(proxy.freeze({ application: "pgindex check the gate" })).toBe(0);
    await proxy.close();
  });

  test("is asked once more where that look failed, and unknown refuses", async () => {
    const nowhere = await openProvider({}, { "pgindex:url": "postgresql://x@127.0.0.1:1/x" });
    const index = new Resource("index", async () => nowhere);
    const asked = { ...gatedBy(passed()), validateInPreview: false };
    expect(await refusalOf(index.up(asked))).toMatch(/cannot connect to 127\.0\.0\.1:1/);
  });
});
