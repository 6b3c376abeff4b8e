/** An asciicast of version 2: https://docs.asciinema.org/manual/asciicast/v2/ */
export interface Cast {
  readonly width: number;
  readonly height: number;
  /** As asciinema's `title`: the program and its version. */
  readonly title: string;
  readonly events: readonly CastEvent[];
}

/** When, in seconds, and what was printed. */
export type CastEvent = readonly [at: number, text: string];

export function writeCast({ width, height, title, events }: Cast): string {
  const header = { version: 2, width, height, title };
  const lines = events.map(([at, text]) => JSON.stringify([Number(at.toFixed(3)), "o", text]));
  return `${[JSON.stringify(header), ...lines].join("\n")}\n`;
}

export function readCast(text: string): Cast {
  const [header = "{}", ...lines] = text.trimEnd().split("\n");
  const events = lines.map((line) => {
    const [at, , output] = JSON.parse(line) as [number, string, string];
    return [at, output] as const;
  });
  return { ...(JSON.parse(header) as Omit<Cast, "events">), events };
}
