import { describe, expect, test } from "vitest";
import { buildFailedAdvice } from "../../../providers/pgindex/src/engine/build/buildMessages.ts";
import { privilegeAdvice } from "../../../providers/pgindex/src/engine/catalog/privilegeMessages.ts";
import {
  firstLine,
  PgIndexError,
  renderAdvice,
} from "../../../providers/pgindex/src/engine/errors/advice.ts";
import { duplicatesQuery } from "../../../providers/pgindex/src/engine/foresight/duplicateMessages.ts";
import { declarationAdvice } from "../../../providers/pgindex/src/engine/situation/declarationMessages.ts";
import { declare } from "../../support/engine/engine.ts";

const desired = await declare({ schema: "App", table: "users", name: "u_idx", columns: ["email"] });

function serverError(code: string, more: object = {}): Error {
  return Object.assign(new Error("what the server said"), { code, ...more });
}

test("advice is what, why, fix and the way round, a line each", () => {
  const advice = { what: "refused", why: "because", fix: "do this" };
  expect(renderAdvice(advice)).toBe("refused\n  why: because\n  fix: do this");
  expect(renderAdvice({ ...advice, otherwise: "or that" })).toBe(
    "refused\n  why: because\n  fix: do this\n  or:  or that",
  );
  expect(new PgIndexError(advice).message).toBe(renderAdvice(advice));
});

test.each([
  [new Error("refused\n  why: because"), "refused"],
  [new Error("refused"), "refused"],
  ["thrown by somebody's JavaScript\nthere", "thrown by somebody's JavaScript"],
  [undefined, "undefined"],
])("of %j the first line is %s", (thrown, line) => expect(firstLine(thrown)).toBe(line));

describe("the query that lists duplicates is what the unique index trips over", () => {
  test("columns", async () => {
    const index = await declare({
      schema: "App",
      table: "users",
      name: "i",
      columns: ["tenant", { expression: "lower(email)" }],
      predicate: "deleted_at IS NULL",
      unique: true,
    });
    expect(duplicatesQuery(index)).toBe(
      'SELECT "tenant", (lower(email)), count(*) FROM "App"."users" WHERE deleted_at IS NULL ' +
        'GROUP BY "tenant", (lower(email)) HAVING count(*) > 1;',
    );
  });
});

describe("a build that failed says what the server said, what is left, and what to do", () => {
  test.each<[code: string, more: object, fix: RegExp]>([
    [
      "23505",
      { detail: "Key (email)=(a) is duplicated." },
      /remove the duplicates.*SELECT "email"/,
    ],
    ["23505", { constraint: "pg_class_relname_nsp_index" }, /fix the cause/],
    ["53100", {}, /disk space/],
    ["53400", {}, /temp_file_limit/],
    ["53100", { routine: "dsm_impl_posix_resize" }, /docker run --shm-size/],
    ["53200", {}, /maintenanceWorkMem: "64MB"/],
    ["53200", { routine: "LockAcquireExtended" }, /max_locks_per_transaction/],
    ["53300", { routine: "InitializeSessionUserId" }, /ALTER ROLE … CONNECTION LIMIT/],
    ["54000", {}, /keep to the limit that the server names/],
    ["54000", { routine: "_bt_check_third_page" }, /index less of the value/],
    ["54000", { routine: "GinFormTuple" }, /index less of the value/],
    ["54000", { routine: "make_tsvector" }, /to_tsvector\('english', left\(body/],
    ["54000", { routine: "ElkanKmeans" }, /buildSettings: \{ maintenanceWorkMem: "…MB" \}/],
    [
      "54000",
      { routine: "IvfflatCheckMemoryUsage" },
      /buildSettings: \{ maintenanceWorkMem: "…MB" \}/,
    ],
    ["40P01", {}, /stop other DDL/],
    ["42501", {}, /grant the owner of the table/],
    ["42883", {}, /ALTER FUNCTION … SET search_path/],
    ["22012", {}, /nullif/],
    ["XX001", {}, /pg_amcheck/],
    ["XX000", {}, /fix the cause/],
    ["XX000", { routine: "constructor" }, /fix the cause/],
  ])("%s %j", (code, more, fix) => {
    const advice = buildFailedAdvice(desired, serverError(code, more), {
      cleanedUp: "nothing was left behind",
    });
    expect(advice.what).toContain("index App.u_idx on App.users failed: what the server said");
    expect(advice.why).toMatch(new RegExp(`^SQLSTATE ${code};.* nothing was left behind$`));
    expect(advice.fix).toMatch(fix);
  });

  test("by the loss of the connection, which has no SQLSTATE and may be tried more often", () => {
    const lost = new Error("Connection terminated unexpectedly");
    const advice = buildFailedAdvice(desired, lost, { cleanedUp: "nothing was left behind" });
    expect(advice.why).toBe("SQLSTATE none: the connection was lost; nothing was left behind");
    expect(advice.otherwise).toBe("allow more attempts: set retries on the resource");
  });

  test("without row values: no DETAIL, and no words of a cast or a function", () => {
    const violation = serverError("23505", { detail: "Key (email)=(a@b.test) is duplicated." });
    expect(buildFailedAdvice(desired, violation, { cleanedUp: "" }).what).toMatch(
      /failed: what the server said$/,
    );
    for (const code of ["22P02", "22003", "P0001"])
      expect(buildFailedAdvice(desired, serverError(code), { cleanedUp: "" }).what).toMatch(
        /failed: the server refused a value \(its message is hidden/,
      );
    const full = serverError("53100", { detail: "there is none" });
    expect(buildFailedAdvice(desired, full, { cleanedUp: "" }).what).toMatch(/\(there is none\)$/);
  });
});

test("a refused declaration names the SQLSTATE, and that nothing was changed", () => {
  const advice = declarationAdvice(desired, serverError("42703"));
  expect(advice.why).toMatch(/42703.*nothing was changed/);
  expect(advice.fix).toMatch(/spelling/);
  expect(declarationAdvice(desired, serverError("XX000")).fix).toBe("correct the declaration");
  expect(declarationAdvice(desired, new Error("no")).why).toMatch(/\(SQLSTATE unknown\)/);
});

test("a missing privilege is granted by one statement, its names quoted", () => {
  const none = {
    role: 'de"ploy',
    owner: "Owner",
    ownsTable: false,
    mayActAsOwner: false,
    createsInSchema: false,
    createsInTablespace: false,
  };
  const fixOf = (has: Partial<typeof none>) => privilegeAdvice(desired, { ...none, ...has })?.fix;
  expect(fixOf({})).toBe('run: GRANT "Owner" TO "de""ploy";');
  expect(fixOf({ ownsTable: true })).toBe('run: GRANT CREATE ON SCHEMA "App" TO "de""ploy";');
});

test.each<[code: string, routine: string, fix: RegExp]>([
  ["54000", "InitBuildState", /the method's limit/],
  ["42704", "get_collation_oid", /name of the collation/],
  ["42704", "a later server's", /operator class, collation, access method or type/],
  ["42804", "ComputeIndexAttrs", /remove collation/],
  ["42883", "op_error", /cast the operands/],
])("a refusal of %s by %s, whatever its text is", (code, routine, fix) => {
  expect(declarationAdvice(desired, serverError(code, { routine })).fix).toMatch(fix);
});
