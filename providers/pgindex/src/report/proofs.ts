import { renderBytes, renderElapsed } from "../engine/text/render";
import type { ChecklistInput, Proof } from "./checklist";
import type { ReportedStack } from "./data";

/** `2026-11-22 10:00:00 UTC` */
export function instant(time: string | number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `0.045 ms`, `12.3 ms`, `1,234 ms`, `12 s` */
export function milliseconds(ms: number): string {
  if (ms >= 10_000) return renderElapsed(ms);
  const digits = ms < 1 ? 3 : ms < 100 ? 1 : 0;
  return `${number(Number(ms.toFixed(digits)))} ms`;
}

/** As {@link milliseconds} below a second, else `12.3 s`, `3 min 20 s`. */
export function elapsed(seconds: number): string {
  return seconds < 1 ? milliseconds(Math.round(seconds * 1000)) : renderElapsed(seconds * 1000);
}

export function number(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 3 });
}

/** `1 row`, `1,234 rows` */
export function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `, 416 times faster`; empty where it is not known. */
export function times(ratio: number | null): string {
  if (ratio === null) return "";
  const by = number(ratio < 10 ? ratio : Math.round(ratio));
  return ratio > 1 ? `, ${by} times faster` : `, ${by} times as fast`;
}

function firstBuild({ indexes }: ReportedStack): string | undefined {
  return indexes
    .flatMap(({ builtAt }) => builtAt ?? [])
    .sort()
    .at(0);
}

/** A backup that began before the first index was ready. */
export function backedUp(stack: ReportedStack): Proof[] {
  const { backups } = stack;
  if (backups.length === 0)
    return [{ isMet: false, text: "the stack takes no backup: declare a Backup" }];
  const built = firstBuild(stack);
  return backups.map(({ takenAt, seconds, tool, file, sizeBytes, entries }) => {
    const isMet = built === undefined || takenAt < built;
    const when = isMet ? "" : `, after the first build (${instant(built)})`;
    const size = sizeBytes == null ? "" : `, ${renderBytes(sizeBytes)}`;
    const listed = entries == null ? "" : `, ${number(entries)} entries read back`;
    const took = renderElapsed(seconds * 1000);
    const text = `${instant(takenAt)}${when}, by ${tool} in ${took}${file ? ` to ${file}` : ""}${size}${listed}`;
    return { isMet, text };
  });
}

/** How long each index had stood in the stack that went first when this one was built. */
export function soaked({ stack, earlier, soak, now }: ChecklistInput): Proof[] {
  if (!earlier) {
    const passed = stack.gates.map(({ passedAt }) => `, whose gate let it through at ${passedAt}`);
    const text = `not measured${passed[0] ?? ""}: name the stack that went first, --earlier-stack NAME or --earlier-state FILE`;
    return [{ isMet: false, text }];
  }
  if (earlier.indexes.length === 0)
    return [{ isMet: false, text: `${earlier.name} has no index yet: run pulumi up there` }];
  const built = firstBuild(stack);
  const end = built ? Date.parse(built) : now.getTime();
  const until = built ? `when the first index of ${stack.name} was ready` : "now";
  return [
    ...earlier.indexes.map(({ index, validSince, state }) => {
      const stood = Math.max(0, end - Date.parse(validSince));
      const isMet = state === "valid" && stood >= soak.ms;
      const wanted = isMet ? "" : `, ${soak.text} asked for`;
      return {
        isMet,
        text: `${index} had stood there for ${renderElapsed(stood)} ${until}${wanted}`,
      };
    }),
    ...stack.gates.flatMap(({ overridden }) =>
      overridden ? [{ isMet: false, text: `the gate was overridden: ${overridden}` }] : [],
    ),
  ];
}
