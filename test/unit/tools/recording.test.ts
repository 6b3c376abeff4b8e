// The moving picture of the README: of this version, and of what was recorded.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readCast } from "../../../tools/recording/cast.ts";
import { toSvg } from "../../../tools/recording/svg.ts";

const cast = readCast(readFileSync("docs/recording.cast", "utf8"));
const svg = readFileSync("docs/recording.svg", "utf8");

test("it is of this version: npm run recording makes it anew", () => {
  const { version } = JSON.parse(readFileSync("providers/pgindex/package.json", "utf8"));
  expect(cast.title).toContain(`pulumi-pgindex ${version}:`);
  expect(svg).toContain(`pulumi-pgindex ${version}:`);
});

test("the picture is the recording, small, and runs nothing", () => {
  expect(toSvg(cast)).toBe(svg);
  expect(svg.length).toBeLessThan(300_000);
  expect(svg).not.toMatch(/<script|href=|\bon\w+=/);
});

test("it shows the statement of the preview, the build, and a valid index at the end", () => {
  const text = cast.events.map(([, output]) => output).join("");
  expect(text).toContain("CREATE INDEX CONCURRENTLY");
  expect(text).toMatch(/pulumi up[\s\S]*valid, built in/);
  expect(text).not.toMatch(/postgresql:\/\/|password/i);
});
