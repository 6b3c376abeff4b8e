// A query means what the application's role, settings and search_path make of it.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseOf } from "../../providers/pgindex/src/engine/session/database.ts";
import { type Outputs, useVerifying } from "../support/engine/verifying.ts";

const v = useVerifying();
let app: string;
let other: string;

beforeAll(async () => {
  app = `${v.database.name}_app`;
  other = `${v.database.name}_other`;
  await v.database.query(`
    CREATE ROLE ${app} LOGIN; CREATE ROLE ${other} LOGIN;
    CREATE SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions;
    CREATE TABLE users (id int, email extensions.citext, note text);
    INSERT INTO users SELECT n, 'U' || n || '@x.test', repeat('x', 60) FROM generate_series(1, 20000) n;
    CREATE INDEX users_email_idx ON users (email);
    CREATE SCHEMA tenant; CREATE TABLE tenant.users (LIKE users);
    CREATE FUNCTION public.norm(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)';
    CREATE FUNCTION tenant.norm(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT upper($1)';
    CREATE INDEX users_note_idx ON users (norm(note));
    CREATE TABLE secrets (id int, tenant int);
    INSERT INTO secrets SELECT n, n % 10 FROM generate_series(1, 20000) n;
    CREATE INDEX secrets_id_idx ON secrets (id);
    ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
    CREATE POLICY mine ON secrets USING (tenant = current_setting('app.tenant', true)::int);
    GRANT USAGE ON SCHEMA public, extensions, tenant TO PUBLIC;
    GRANT SELECT ON ALL TABLES IN SCHEMA public, tenant TO PUBLIC;`);
  await v.database.query("VACUUM ANALYZE");
});
afterAll(async () => {
  await v.database.query(`DROP OWNED BY ${app}, ${other}; DROP ROLE ${app}, ${other}`);
});

const EMAIL = { table: "users", name: "users_email_idx" };
const byEmail = { sql: "SELECT * FROM users WHERE email = $1", values: ["u7@X.TEST"] };

async function verify(query: object, index: object): Promise<Outputs> {
  return v.create({ before: null, served: [{ name: "q", runs: 2, ...query }], ...index });
}

function saidOf({ queries: [query] }: Outputs): string {
  return [query?.note, ...(query?.problems ?? [])].join("\n");
}

describe("the search_path", () => {
  it("is that of the query's role", async () => {
    await v.database.query(`ALTER ROLE ${app} SET search_path = public, extensions`);
    const outputs = await verify({ ...byEmail, role: app }, EMAIL);
    expect(outputs).toMatchObject({ ok: true, queries: [{ rows: 1, usesIndex: true }] });
  });

  it("is that of the role in this database before that of the role", async () => {
    const { name } = v.database;
    await v.database.query(`ALTER ROLE ${app} SET search_path = tenant`);
    await v.database.query(
      `ALTER ROLE ${app} IN DATABASE ${name} SET search_path = public, extensions`,
    );
    expect(await verify({ ...byEmail, role: app }, EMAIL)).toMatchObject({ ok: true });
    await v.database.query(`ALTER ROLE ${app} IN DATABASE ${name} RESET ALL`);
    const outputs = await verify({ ...byEmail, role: app }, EMAIL);
    expect(saidOf(outputs)).toMatch(/no scan of public\.users.*reads tenant\.users/);
    await v.database.query(`ALTER ROLE ${app} RESET ALL`);
  });

  it("is that of the Connection's application role where the query names none", async () => {
    await v.database.query(`ALTER ROLE ${app} SET search_path = public, extensions`);
    v.target = databaseOf({ url: v.database.url, applicationRole: app });
    expect(await verify(byEmail, EMAIL)).toMatchObject({ ok: true, queries: [{ rows: 1 }] });
    await v.database.query(`ALTER ROLE ${app} RESET ALL`);
  });

  it("of a role is said where the query means something else there", async () => {
    await v.database.query(`ALTER ROLE ${app} SET search_path = public, extensions`);
    const said = saidOf(await verify(byEmail, EMAIL));
    await v.database.query(`ALTER ROLE ${app} RESET ALL`);
    expect(said).toMatch(new RegExp(`means something else.*search_path of ${app}`));
    expect(said).toContain("role");
  });

  it("of a role is not said where the query means the same", async () => {
    await v.database.query(`ALTER ROLE ${other} SET search_path = extensions, public`);
    const query = { sql: "SELECT id FROM public.users WHERE id = $1", values: [7] };
    const said = saidOf(await verify({ ...query, expect: { usesIndex: false } }, EMAIL));
    await v.database.query(`ALTER ROLE ${other} RESET ALL`);
    expect(said).not.toMatch(/means something else/);
  });

  it.each([
    ["another function of the same arguments", "SELECT id FROM public.users WHERE norm(note) = $1"],
    ["another table", "SELECT id FROM users WHERE note = $1"],
  ])("makes %s of a name, which is said", async (_title, sql) => {
    await v.database.query(`ALTER ROLE ${other} SET search_path = tenant, public`);
    const query = { sql, values: ["x"], expect: { usesIndex: false } };
    const said = saidOf(await verify(query, EMAIL));
    await v.database.query(`ALTER ROLE ${other} RESET ALL`);
    expect(said).toMatch(new RegExp(`means something else.*${other}`));
  });
});

describe("the settings", () => {
  it("of the role decide the plan", async () => {
    await v.database.query(
      `ALTER ROLE ${app} SET search_path = public, extensions;
       ALTER ROLE ${app} SET enable_indexscan = off; ALTER ROLE ${app} SET enable_bitmapscan = off`,
    );
    const outputs = await verify({ ...byEmail, role: app }, EMAIL);
    await v.database.query(`ALTER ROLE ${app} RESET ALL`);
    expect(outputs).toMatchObject({ ok: false, queries: [{ planType: "Seq Scan" }] });
  });

  it("of our login alone are said, as long as no role is named", async () => {
    const reader = await v.asOrdinaryRole();
    await v.database.query(`GRANT ${app} TO ${reader}`);
    await v.database.query(`ALTER ROLE ${reader} SET enable_seqscan = off`);
    const query = { sql: "SELECT * FROM public.users WHERE id = $1", values: [7] };
    const asked = { ...query, expect: { usesIndex: false } };
    expect(saidOf(await verify(asked, EMAIL))).toMatch(
      /our session has enable_seqscan = off, which/,
    );
    const outputs = await verify({ ...asked, role: app }, EMAIL);
    expect(outputs.queries).toMatchObject([{ planType: "Seq Scan", note: null }]);
  });

  it("of a role that the login may not assume are taken, which is said", async () => {
    await v.database.query(`ALTER ROLE ${app} SET search_path = public, extensions`);
    const reader = await v.asOrdinaryRole();
    const outputs = await verify({ ...byEmail, role: app }, EMAIL);
    await v.database.query(`ALTER ROLE ${app} RESET ALL`);
    expect(outputs).toMatchObject({ ok: true, queries: [{ rows: 1 }] });
    expect(saidOf(outputs)).toMatch(
      new RegExp(
        `measured as ${reader} with the settings of ${app}: GRANT "${app}" TO "${reader}"`,
      ),
    );
  });

  it("that only a superuser may make are passed over, and those that none made are the login's", async () => {
    await v.asOrdinaryRole();
    await v.database.query(`ALTER ROLE ${app} SET track_functions = 'all'`);
    await v.database.query(`ALTER ROLE ${app} SET search_path = public, extensions`);
    const outputs = await verify({ ...byEmail, role: app }, EMAIL);
    await v.database.query(`ALTER ROLE ${app} RESET ALL`);
    expect(outputs).toMatchObject({ queries: [{ rows: 1, usesIndex: true }] });
    expect(saidOf(outputs)).toMatch(/measured as reader_\S+ with the settings of /);
  });

  it("of the login are those of the query where that is its role, else not even its search_path", async () => {
    const reader = await v.asOrdinaryRole();
    await v.database.query(`GRANT ${app} TO ${reader}`);
    await v.database.query(`ALTER ROLE ${reader} SET search_path = tenant`);
    const byId = {
      sql: "SELECT * FROM users WHERE id = $1",
      values: [7],
      expect: { usesIndex: false },
    };
    expect(await verify({ ...byId, role: reader }, EMAIL)).toMatchObject({
      queries: [{ rows: 0 }],
    });
    expect(await verify({ ...byId, role: app }, EMAIL)).toMatchObject({ queries: [{ rows: 1 }] });
  });

  it("of a role that does not exist are refused, with advice", async () => {
    await expect(verify({ ...byEmail, role: "nobody_here" }, EMAIL)).rejects.toThrow(
      /role nobody_here does not exist[\s\S]*fix: /,
    );
  });
});

describe("row level security", () => {
  const SECRETS = { table: "secrets", name: "secrets_id_idx" };
  const byId = { sql: "SELECT * FROM secrets WHERE id = $1", values: [7] };

  it("that does not apply to us is named", async () => {
    const outputs = await verify(byId, SECRETS);
    expect(saidOf(outputs)).toMatch(/row level security of public\.secrets does not apply/);
  });

  it("that keeps the rows from us is named", async () => {
    await v.asOrdinaryRole();
    const outputs = await verify(byId, SECRETS);
    expect(outputs.ok).toBe(false);
    expect(saidOf(outputs)).toMatch(/row level security of public\.secrets applies to reader_/);
    const { values: _, ...query } = byId;
    const sampled = await verify({ ...query, sample: "SELECT id FROM secrets" }, SECRETS);
    expect(sampled.queries[0]?.note).toMatch(
      /^no rows to sample: row level security of public\.secrets applies to reader_/,
    );
  });

  it("is that of the query's role", async () => {
    await v.database.query(`ALTER ROLE ${app} SET app.tenant = '7'`);
    const outputs = await verify({ ...byId, role: app }, SECRETS);
    await v.database.query(`ALTER ROLE ${app} RESET ALL`);
    expect(outputs).toMatchObject({ ok: true, queries: [{ rows: 1, note: null }] });
  });
});
