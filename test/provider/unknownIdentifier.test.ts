// Where the role may not ask for the system identifier, a proof has a null in its place. Neither front
// may lose it: by it, the proof of one's own database is told.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { foundAs, RECORDED } from "../support/promote/provedIndex.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { bothFronts } from "./bothFronts.ts";
import { proved, STATEMENT } from "./gateCases.ts";
import { refusalOf } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int)");
const fronts = bothFronts(() => ({ DATABASE_URL: roles.url }));
const INDEX = { table: "t", name: "t_idx", columns: ["a"] };

let roles: Roles;
let here: object;
beforeAll(async () => {
  roles = await createRoles(database());
  await database().query(`ALTER TABLE t OWNER TO ${roles.deploy}`);
  await database().query(`GRANT USAGE, CREATE ON SCHEMA public TO ${roles.deploy}`);
  await database().query("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
  [here = {}] = await database().query<object>(
    `SELECT NULL AS "systemIdentifier", oid::int8::float8 AS oid, datname AS name
       FROM pg_database WHERE datname = current_database()`,
  );
});
afterAll(() => dropRoles(database(), roles));

/** Where the index was proved. */
const evidence = (there: object) => ({
  "public.t_idx": {
    ...proved(),
    recorded: { ...RECORDED, database: there },
    found: { ...foundAs("public.t_idx"), database: there },
  },
});
const gated = (there: object) => ({
  ...INDEX,
  gate: [{ statements: [STATEMENT], proofs: [{ statement: STATEMENT, database: there }] }],
});

describe.each(["dynamic", "native"] as const)("%s", (front) => {
  const make = fronts[front];

  test("a gate refuses its own database's proof, and takes another's", async () => {
    const gate = make("PromotionGate");
    const asked = (there: object) => ({ indexes: [INDEX], evidence: evidence(there) });
    expect(await refusalOf(gate.preview(asked(here)))).toContain("this stack's own database");
    await gate.up(asked({ ...here, name: "staging" }));
    expect(gate.outputs.proofs).toMatchObject([{ database: { ...here, name: "staging" } }]);
    await gate.destroy();
  });

  test("an index refuses its own database's proof, and takes another's", async () => {
    const index = make("Index");
    expect(await refusalOf(index.preview(gated(here)))).toContain("this stack's own database");
    expect(await refusalOf(index.up(gated(here)))).toContain("this stack's own database");
    await index.up(gated({ ...here, name: "staging" }));
    await index.destroy();
  });
});
