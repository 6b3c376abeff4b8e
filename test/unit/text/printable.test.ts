import { expect, test } from "vitest";
import { describeSession } from "../../../providers/pgindex/src/engine/catalog/sessions/sessionDescription.ts";
import {
  CancelledError,
  PgIndexError,
} from "../../../providers/pgindex/src/engine/errors/advice.ts";
import { oneLine, printable } from "../../../providers/pgindex/src/engine/text/printable.ts";
import { renderTypeScript } from "../../../providers/pgindex/src/import/typescriptSource.ts";
import { answering } from "../../../providers/pgindex/src/provider/answering.ts";
import { dynamicProvider } from "../../../providers/pgindex/src/provider/dynamic/dynamicProvider.ts";
import type { Runtime } from "../../../providers/pgindex/src/provider/runtime.ts";
import { verificationProvider } from "../../../providers/pgindex/src/provider/verificationProvider.ts";

/**
 * Clears the screen, sets the window's title, goes back, reorders, ends a line for JavaScript, is
 * C1's CSI, rings.
 */
const HOSTILE = "\u001b[2J\u001b]0;owned\u0007\r\b\u202e\u2066\u2028\u009b31m\u007f\u0000";
const STEERING = /[^\P{Cc}\n\t]|\p{Bidi_Control}|[\u2028\u2029]/u;

test("what steers a terminal is escaped as JSON escapes it; letters of any script stay", () => {
  expect(printable(HOSTILE)).not.toMatch(STEERING);
  expect(JSON.parse(`"${printable(HOSTILE)}"`)).toBe(HOSTILE);
  const plain = "größe 表 индекс \u05d0\u05d1 😀\n\ttab";
  expect(printable(plain)).toBe(plain);
  expect(oneLine("a\n  fix: forged")).toBe("a\\n  fix: forged");
});

test("a name cannot add a line to advice", () => {
  const name = `i\n  fix: run: DROP TABLE users;${HOSTILE}`;
  const { message, advice } = new PgIndexError({ what: name, why: name, fix: name });
  expect(message.split("\n")).toHaveLength(3);
  expect(message).not.toMatch(STEERING);
  expect(advice.what).toBe(name);
});

test("another session shows nothing but text on one line", () => {
  const line = describeSession({
    pid: 7,
    user: `u${HOSTILE}\n`,
    application: `a${HOSTILE}\n`,
    state: "active",
    backendType: "client backend",
    statement: `SELECT ${HOSTILE}\n FROM "${HOSTILE}"`,
    ageSeconds: 3,
    waitSeconds: null,
    mode: null,
  });
  expect(line).not.toMatch(STEERING);
  expect(line).not.toContain("\n");
});

test("TypeScript that was written means the same, and shows what it means", () => {
  const declaration = { table: HOSTILE, name: `"${HOSTILE}`, columns: [`'"${HOSTILE}`] };
  const text = renderTypeScript([declaration], "array", [`of ${HOSTILE}\nimport "evil";`]);
  expect(text).not.toMatch(STEERING);
  expect(text.split("\n")[0]).toMatch(/^\/\/ of .* import "evil";$/);
  const [, list = ""] = /indexes = (\[.*\]) satisfies/s.exec(text) ?? [];
  // biome-ignore lint/security/noGlobalEval: the question is whether it is code for the names.
  expect(eval(list)).toEqual([declaration]);
});

test("whatever the provider answers is escaped, and has no cause to be printed", async () => {
  const log = { write: () => undefined, conceal: () => undefined, flush: async () => undefined };
  const refused = new PgIndexError({ what: "w", why: "y", fix: "f" }, { cause: "a row's value" });
  for (const error of [
    new Error(HOSTILE, { cause: HOSTILE }),
    new CancelledError(HOSTILE),
    refused,
  ]) {
    const create = () => Promise.reject(error);
    const check = async () => ({ inputs: {}, failures: [{ path: HOSTILE, reason: HOSTILE }] });
    const handler = { ...verificationProvider({} as Runtime), create, check };
    const provider = dynamicProvider({} as Runtime, answering(handler, log));
    await expect(provider.create({})).rejects.toBe(error);
    expect(`${error} ${error.message} ${error.stack}`).not.toMatch(STEERING);
    expect(error.cause).toBeUndefined();
    const { failures = [] } = (await provider.check?.({}, {})) ?? {};
    expect(failures[0]?.reason).toBe(printable(`${HOSTILE} ${HOSTILE}`));
  }
});
