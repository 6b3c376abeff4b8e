import type { Cast } from "./cast.ts";

// asciinema's own player needs a script, which no README runs, and svg-term draws each frame with
// React 16. What is recorded here only ever adds lines, so lines that appear are all that is needed.
const LINE = 20;
const CHARACTER = 8.4;
const PADDING = 16;
/** For how long the end stays. */
const REST_SECONDS = 6;

/** SGR codes that Pulumi uses, on a dark background of at least 4.5 to 1. */
const COLORS: Readonly<Record<number, string>> = {
  31: "#ff8182",
  32: "#56d364",
  33: "#e3b341",
  34: "#79c0ff",
  35: "#d2a8ff",
  36: "#76e3ea",
  91: "#ff8182",
  92: "#56d364",
  93: "#e3b341",
  94: "#79c0ff",
  95: "#d2a8ff",
  96: "#76e3ea",
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one.
const ESCAPE = /\x1b\[([\d;]*)([A-Za-z])/;

interface Line {
  readonly at: number;
  readonly text: string;
}

/** A recording as one SVG, which moves by CSS alone and stands still for who asked for that. */
export function toSvg(cast: Cast): string {
  const lines = linesOf(cast).flatMap(({ at, text }) =>
    wrapped(text, cast.width).map((part) => ({ at, text: part })),
  );
  const end = (lines.at(-1)?.at ?? 0) + REST_SECONDS;
  const width = Math.ceil(cast.width * CHARACTER) + 2 * PADDING;
  const height = cast.height * LINE + 2 * PADDING;
  const share = (at: number) => `${Math.round((at / end) * 10_000) / 100}%`;
  // Of lines that come at once, the last one says where the picture stands.
  const moves = new Map<string, number>();
  for (const [i, { at }] of lines.entries())
    if (i >= cast.height) moves.set(share(at), (i + 1 - cast.height) * LINE);
  const steps = [...moves].map(([at, up]) => `${at}{transform:translateY(-${up}px)}`);
  const last = Math.max(0, lines.length - cast.height) * LINE;
  const appear = lines.map(
    ({ at }, i) => `@keyframes l${i}{0%{opacity:0}${share(at)},to{opacity:1}}`,
  );
  const texts = lines.map(({ text }, i) => {
    const y = PADDING + (i + 0.75) * LINE;
    return `<text class="l" style="animation-name:l${i}" x="${PADDING}" y="${y}">${spans(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t">
<title id="t">${escaped(cast.title)}</title>
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3;white-space:pre}
.l,.s{animation-duration:${end.toFixed(1)}s;animation-iteration-count:infinite;animation-timing-function:step-end}
.s{animation-name:s}
@keyframes s{0%{transform:translateY(0)}${steps.join("")}to{transform:translateY(-${last}px)}}
${appear.join("\n")}
@media (prefers-reduced-motion:reduce){.l,.s{animation:none}.s{transform:translateY(-${last}px)}}
</style>
<clipPath id="c"><rect x="0" y="${PADDING}" width="${width}" height="${cast.height * LINE}"/></clipPath>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<g clip-path="url(#c)"><g class="s">
${texts.join("\n")}
</g></g>
</svg>
`;
}

/** Each line with the moment at which its last character was printed. */
function linesOf({ events }: Cast): Line[] {
  const lines: Line[] = [];
  let open = "";
  for (const [at, text] of events) {
    const [first = "", ...others] = text.replaceAll("\r", "").split("\n");
    open += first;
    for (const next of others) {
      lines.push({ at, text: open });
      open = next;
    }
  }
  return open ? [...lines, { at: events.at(-1)?.[0] ?? 0, text: open }] : lines;
}

/** As a terminal breaks a line that is too long: in the midst of a word, in the same style. */
function wrapped(line: string, width: number): string[] {
  const [first = "", ...others] = line.split(ESCAPE);
  const parts: string[] = [];
  let [open, seen, style] = ["", 0, ""];
  const print = (text: string) => {
    for (const character of text) {
      if (seen === width) {
        parts.push(open);
        [open, seen] = [style, 0];
      }
      open += character;
      seen += 1;
    }
  };
  print(first);
  for (let i = 0; i < others.length; i += 3) {
    style = `\x1b[${others[i]}${others[i + 1]}`;
    open += style;
    print(others[i + 2] ?? "");
  }
  return [...parts, open];
}

/** SGR sequences as spans; other sequences are left out. */
function spans(line: string): string {
  let style = "";
  const parts = line.split(ESCAPE);
  return parts
    .map((part, i) => {
      if (i % 3 === 0)
        return part && (style ? `<tspan ${style}>${escaped(part)}</tspan>` : escaped(part));
      if (i % 3 === 1 && parts[i + 1] === "m") style = styleOf(part, style);
      return "";
    })
    .join("");
}

function styleOf(codes: string, before: string): string {
  const numbers = codes.split(";").map(Number);
  // 38;5;n: of the 256 colours, whose first sixteen are the ones above.
  const [kind, , n = 0] = numbers;
  const plain = kind === 38 ? [n < 8 ? 30 + n : 82 + n] : numbers;
  const color = plain.map((code) => COLORS[code]).find(Boolean);
  if (color) return `fill="${color}"`;
  if (numbers.includes(1)) return `${before} font-weight="700"`.trim();
  return numbers.includes(0) ? "" : before;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
