// The page of the report, live from the database.

import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { until } from "../support/engine/engineDatabase.ts";
import { createRoles, dropRoles } from "../support/engine/engineRoles.ts";
import { BROWSER, useLiveReport } from "../support/report/liveReport.ts";
import { queryOf, STAGING, stackOf, verificationOf } from "../support/report/report.ts";

const SECTIONS = ["verdict", "checklist", "indexes", "latency", "plans", "use"];
const live = useLiveReport();

test("it is the page of the report, from the database itself", async () => {
  const { status, headers, page } = await live.ask();
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(page.ids("section")).toEqual(expect.arrayContaining(SECTIONS));
  expect(page.text("header")).toContain("from its state and the database itself");
  expect(page.text("#indexes dd")).toContain("valid");
});

test("its headers let nothing run, be fetched, framed, kept or read from elsewhere", async () => {
  const { headers } = await live.ask();
  const policy = headers["content-security-policy"] ?? "";
  expect(policy.split("; ").sort()).toEqual([
    "base-uri 'none'",
    "default-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "img-src data:",
    "style-src 'unsafe-inline'",
  ]);
  expect(headers).toMatchObject({
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
  });
});

test("the queries are measured in the background, with their plans", async () => {
  expect((await live.ask()).page.text("#latency td")).toContain("4,321 ms");
  await live.endpoint.close();
  const measured = live.open({ cacheSeconds: 1 });
  await measured.current();
  await measured.close();
  await until("a look after the measuring", async () => {
    const { page } = await live.ask(measured);
    return page.text("#plans .tree").includes("using i on t");
  });
  const { page } = await live.ask(measured);
  expect(page.text("#latency td")).not.toContain("4,321 ms");
  expect(page.text("#plans .tree code")).toMatch(/^Index Cond: \(t\.a = …\)/);
  await measured.close();
});

test("a measuring that the server counts is not taken for traffic", async () => {
  const roles = await createRoles(live.db);
  await live.db.query(`GRANT SELECT ON t TO ${roles.deploy}`);
  const exported = JSON.parse(await readFile(live.state, "utf8"));
  const { usage } = exported.deployment.resources.at(-1).outputs;
  Object.assign(usage, { scans: 0, ownScans: 0, trafficScans: 0 });
  const counted = live.open({ state: exported, databaseUrl: roles.url, cacheSeconds: 1 });
  await counted.current();
  await counted.close();
  await until("the measuring is counted", async () => {
    const { indexes } = await counted.current();
    return (indexes[0]?.scans ?? 0) > 0;
  });
  const { page } = await live.ask(counted);
  const cells = page.text("#use tbody tr:last-child td").split("\n");
  expect(cells[0]).toBe("0");
  await counted.close();
  await dropRoles(live.db, roles);
});

test("what runs now is shown", async () => {
  await live.db.query("CREATE TABLE big AS SELECT generate_series(1, 1000) AS b");
  const writer = await live.db.connect();
  await writer.query("BEGIN; INSERT INTO big VALUES (0)");
  const builder = await live.db.connect();
  const building = builder.query("CREATE INDEX CONCURRENTLY big_idx ON big (b)");
  await until("it waits for the writer", async () => {
    const rows = await live.db.query(
      `SELECT FROM pg_stat_progress_create_index
        WHERE current_locker_pid <> 0 AND datname = current_database()`,
    );
    return rows.length > 0;
  });
  const { page } = await live.ask();
  expect(page.text("#running tbody")).toMatch(/big_idx[\s\S]*waiting for writers[\s\S]*1 session/);
  await writer.query("ROLLBACK");
  await building;
  await Promise.all([writer.end(), builder.end()]);
  await live.db.query("DROP TABLE big");
});

test("an index that is missing is a 503, and so is a database that cannot be asked", async () => {
  await live.db.query("DROP INDEX i");
  const missing = await live.ask();
  expect(missing.status).toBe(503);
  expect(missing.page.text("#indexes dd")).toContain("missing");
  expect(missing.page.text("#verdict h2")).toMatch(/FAILING: .*public\.i is missing/);
  expect(missing.page.text("#plans .stale")).toContain("no query uses it");
  const databaseUrl = "postgresql://nobody:canary@127.0.0.1:1/none";
  const silent = await live.ask(live.open({ databaseUrl }));
  expect(silent.status).toBe(503);
  expect(silent.page.text(".problem")).toContain("cannot connect to 127.0.0.1:1/none");
  expect(silent.page.text("header")).toContain("from its state only");
  expect(silent.body).not.toContain("canary");
});

test("the page and the JSON rest on one look, and it is drawn once, however many ask", async () => {
  const endpoint = live.open({ cacheSeconds: 3600 });
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => endpoint.report.respond(BROWSER)),
  );
  const { checkedAt } = await endpoint.current();
  const at = checkedAt.slice(0, 19).replace("T", " ");
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]?.body).toContain(`Written ${at} UTC`);
  await endpoint.close();
});

test("the stack that went first is compared with", async () => {
  expect((await live.ask()).page.text("#checklist")).toContain("not measured: name the stack");
  const earlierState = stackOf("staging", STAGING);
  const { page } = await live.ask(live.open({ earlierState, soak: "1h" }));
  expect(page.text("#checklist")).toMatch(/They soaked in staging for 1h first/);
});

test("a state of which no page can be made is told without quoting it", async () => {
  const outputs = { schemaVersion: 1, schema: "public", name: "i", table: "t", canonical: {} };
  const usage = { trafficScans: "canary" };
  const [, proof] = verificationOf("public.i", [queryOf("q", { problems: 7 })], { usage });
  const odd = stackOf("production", [
    ["Index", outputs],
    ["Verification", { schemaVersion: 1, ...proof }],
  ]);
  const { status, body } = await live
    .open({ state: odd, measureSeconds: 0 })
    .report.respond(BROWSER);
  expect(status).toBe(503);
  expect(JSON.parse(body).error).toMatch(/this state cannot be shown as a page/);
  expect(body).not.toContain("canary");
});
