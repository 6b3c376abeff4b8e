import { join } from "node:path";
import { renderRooms } from "../house/rooms.ts";
import { ROOT } from "./documentFiles.ts";

export const CONTRIBUTING = join(ROOT, "CONTRIBUTING.md");

const BEGIN = "<!-- Made by npm run docs from tools/house/rooms.ts: edit that, not this list. -->";
const END = "<!-- The end of what is made. -->";

/** CONTRIBUTING.md with the rooms of the engine as the check knows them. */
export function withRooms(text: string): string {
  const [before, rest] = text.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined)
    throw new Error(`CONTRIBUTING.md has no place for the rooms, from ${BEGIN} to ${END}`);
  return `${before}${BEGIN}\n${renderRooms()}\n${END}${after}`;
}
