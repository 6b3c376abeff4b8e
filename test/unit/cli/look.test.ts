// Colours and widths: for a terminal only, and as whoever looks has asked for.
import { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import { afterEach, expect, test, vi } from "vitest";
import { painterFor } from "../../../providers/pgindex/src/cli/output/painter.ts";
import { renderTable } from "../../../providers/pgindex/src/cli/output/table.ts";

const { getColorDepth } = WriteStream.prototype;
const ESCAPE = String.fromCharCode(27);
const RED = `${ESCAPE}[31mPROBLEM${ESCAPE}[39m`;
afterEach(() => vi.unstubAllEnvs());

/** A stream of this process, which a terminal shows or not. */
const stream = (isTTY: boolean) =>
  Object.create(process.stdout, {
    isTTY: { value: isTTY },
    getColorDepth: { value: getColorDepth },
  });

test.each([
  ["a terminal", true, {}, RED],
  ["a file", false, {}, "PROBLEM"],
  ["a terminal, without colours", true, { NO_COLOR: "1" }, "PROBLEM"],
  ["a file, with colours", false, { FORCE_COLOR: "1" }, RED],
])("%s", (_, isTerminal, wanted, shown) => {
  for (const name of ["NO_COLOR", "FORCE_COLOR", "NODE_DISABLE_COLORS", "CI"])
    vi.stubEnv(name, undefined);
  vi.stubEnv("TERM", "xterm-256color");
  for (const [name, value] of Object.entries(wanted)) vi.stubEnv(name, value);
  expect(painterFor(stream(isTerminal))("red", "PROBLEM")).toBe(shown);
});

test("a table gives way in its widest column, whatever is painted, and loses nothing", () => {
  const name = "public.a_very_long_name_of_an_index_that_no_terminal_shows_whole_idx";
  const rows = [[name, `${ESCAPE}[32mvalid${ESCAPE}[39m`, "8 kB"]];
  const shown = (width?: number) => renderTable(["index", "state", "size"], rows, { width });
  const longest = (text: string) =>
    Math.max(
      ...stripVTControlCharacters(text)
        .split("\n")
        .map((line) => line.length),
    );
  expect(longest(shown())).toBe(name.length + 19);
  expect(shown(200)).toBe(shown());
  expect(longest(shown(60))).toBe(60);
  const cells = stripVTControlCharacters(shown(60)).split("\n").slice(3, -1);
  expect(cells.map((line) => line.split("│")[1]?.trim()).join("")).toBe(name);
});
