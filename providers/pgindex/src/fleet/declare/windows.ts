import { Cron } from "croner";
import { z } from "zod";
import { errorText } from "../../engine/errors/advice";
import { duration } from "../../engine/input/duration";
import { BESIDE_OTHER_PROBLEMS, issueMessage } from "../../engine/input/parse";

/**
 * When builds may begin: from each time of `cron`, for as long as `for`.
 *
 * @internal
 */
export const windowSchema = z
  .strictObject({ cron: z.string().min(1), for: duration, timezone: z.string().min(1).optional() })
  .superRefine((window, ctx) => {
    try {
      cronOf(window);
    } catch (error) {
      const fix = 'write five fields and a time zone, such as "0 22 * * 1-5" and "Europe/Berlin"';
      ctx.addIssue({
        code: "custom",
        path: ["cron"],
        message: issueMessage(`cannot be read: ${errorText(error)}`, fix),
      });
    }
  }, BESIDE_OTHER_PROBLEMS);

/** @internal */
export type Window = z.output<typeof windowSchema>;

/** Whether builds may begin now: until when, or else from when. Pure. */
export type Opening =
  | { readonly isOpen: true; readonly until: Date | undefined }
  | { readonly isOpen: false; readonly from: Date | undefined };

/** Without windows it is always open. Of windows that overlap the one that ends last counts. */
export function openingAt(windows: readonly Window[], now: Date): Opening {
  if (windows.length === 0) return { isOpen: true, until: undefined };
  const ends = windows.flatMap((window) => openUntil(window, now) ?? []);
  if (ends.length > 0) return { isOpen: true, until: latest(ends) };
  const begins = windows.flatMap((window) => cronOf(window).nextRun(now) ?? []);
  return { isOpen: false, from: begins.sort((a, b) => a.getTime() - b.getTime())[0] };
}

function openUntil(window: Window, now: Date): Date | undefined {
  // The last beginning that can still be open; nextRun() looks for later ones only.
  let begin = cronOf(window).nextRun(new Date(now.getTime() - window.for));
  let end: Date | undefined;
  while (begin && begin <= now) {
    end = new Date(begin.getTime() + window.for);
    begin = cronOf(window).nextRun(begin);
  }
  return end;
}

function latest(dates: readonly Date[]): Date | undefined {
  return [...dates].sort((a, b) => b.getTime() - a.getTime())[0];
}

function cronOf({ cron, timezone }: Pick<Window, "cron" | "timezone">): Cron {
  const options = { paused: true, ...(timezone && { timezone }) };
  const parsed = new Cron(cron, options);
  // An unknown time zone is noticed only when a time is asked for.
  parsed.nextRun();
  return parsed;
}
