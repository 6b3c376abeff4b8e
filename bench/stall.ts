// npm run bench -- stall: how long the statements of an application take, which writes and reads
// steadily, while an index is built in one way or another.
//
//   --rows 5000000   of each of the two tables
//   --hold 20        seconds for which somebody is idle in a transaction
//   --runs 5         repetitions, each on a database of its own
//   --small          few rows, once: to see that it works
import { parseArgs } from "node:util";
import { startEmbedded } from "../tools/embeddedPostgres.ts";
import { type Seen, withApplication } from "./stall/application.ts";
import { SCENES, tableStatements } from "./stall/scenes.ts";
import { execute, onNewDatabase } from "./support/freshDatabase.ts";
import { publish, shown } from "./support/published.ts";
import { spreadOf } from "./support/results.ts";

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "5000000" },
    hold: { type: "string", default: "20" },
    runs: { type: "string", default: "5" },
    small: { type: "boolean", default: false },
  },
});
const rows = options.small ? 20_000 : Number(options.rows);
const holdMs = options.small ? 300 : Number(options.hold) * 1000;
const runs = options.small ? 1 : Number(options.runs);

// Commits are written out, as on a server that counts.
const server = await startEmbedded({
  name: "bench-stall",
  settings: { fsync: "on", max_wal_size: "8GB" },
});
const seen = new Map<string, Seen[]>(SCENES.map(({ title }) => [title, []]));
try {
  for (let run = 1; run <= runs; run += 1)
    await onNewDatabase(server, `stall_${run}`, tableStatements(rows), async (url) => {
      for (const { title, before, work, after = [] } of SCENES) {
        await before?.(url);
        await execute(url, ["CHECKPOINT"]);
        seen.get(title)?.push(await withApplication(url, rows, () => work({ url, holdMs })));
        await execute(url, after);
      }
    });
} finally {
  await server.stop();
}

const of = (all: readonly Seen[], figure: (each: Seen) => number) => spreadOf(all.map(figure));
publish("stall", { postgres: server.version }, options.small, {
  title: `${rows.toLocaleString("en-US")} rows, ${runs} runs: what the application saw, in ms`,
  head: [
    "meanwhile",
    "seconds",
    "longest write",
    "99 % of writes",
    "longest read",
    "99 % of reads",
  ],
  rows: [...seen].map(([title, all]) => [
    title,
    shown(of(all, ({ seconds }) => seconds)),
    shown(of(all, ({ writes }) => writes.longest)),
    shown(of(all, ({ writes }) => writes.p99)),
    shown(of(all, ({ reads }) => reads.longest)),
    shown(of(all, ({ reads }) => reads.p99)),
  ]),
  bars: {
    label: "longest write, ms",
    of: [...seen].map(([name, all]) => ({
      name,
      value: of(all, (it) => it.writes.longest).median,
    })),
  },
  figures: Object.fromEntries(seen),
});
