// npm run recording: docs/recording.cast and docs/recording.svg,
// the moving picture of the README, from a preview and an up on an embedded server.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import pg from "pg";
import { startEmbedded } from "../embeddedPostgres.ts";
import { type CastEvent, readCast, writeCast } from "./cast.ts";
import { toSvg } from "./svg.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const DOCS = join(ROOT, "docs");
const WIDTH = 110;
const HEIGHT = 26;
const TYPING_SECONDS = 0.04;
/** What takes longer than this is waited for, not watched. */
const LONGEST_PAUSE = 1.2;

const manifest = readFileSync(join(ROOT, "providers", "pgindex", "package.json"), "utf8");
const { name, version } = JSON.parse(manifest) as { name: string; version: string };
const server = await startEmbedded({ name: "recording" });
const folder = mkdtempSync(join(tmpdir(), "pgindex-recording-"));

/** Shown as people type it; what only a script needs is not. */
const UNSEEN = ["--non-interactive", "--color", "always", "--suppress-progress"];
const COMMANDS = [
  ["preview", "--diff"],
  ["up", "--yes", "--skip-preview"],
];

async function fill(): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(
    "CREATE TABLE messages (id bigint PRIMARY KEY, conversation_id int, created_at timestamptz)",
  );
  await client.query(`INSERT INTO messages
    SELECT n, n % 50000, now() - n * interval '1 s' FROM generate_series(1, 2000000) n`);
  await client.query("VACUUM ANALYZE messages");
  await client.end();
}

function project(): NodeJS.ProcessEnv {
  cpSync(join(ROOT, "examples", "first-index"), folder, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  cpSync(join(ROOT, "tsconfig.json"), join(folder, "tsconfig.json"));
  return {
    ...process.env,
    PULUMI_BACKEND_URL: pathToFileURL(folder).href,
    PULUMI_CONFIG_PASSPHRASE: randomBytes(12).toString("hex"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

/** Runs Pulumi. Returns what it printed, and when; throws if it fails. */
function pulumi(args: readonly string[], env: NodeJS.ProcessEnv, input = ""): Promise<CastEvent[]> {
  const started = performance.now();
  const events: CastEvent[] = [];
  const child = spawn("pulumi", args, { cwd: folder, env, stdio: ["pipe", "pipe", "pipe"] });
  const note = (text: Buffer) => events.push([(performance.now() - started) / 1000, `${text}`]);
  child.stdout.on("data", note);
  child.stderr.on("data", note);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(events);
      else reject(new Error(events.map(([, text]) => text).join("")));
    });
  });
}

/** Typed, then printed, with long pauses cut short. */
function* shown(args: readonly string[], events: readonly CastEvent[]): Generator<CastEvent> {
  const typed = `pulumi ${args.join(" ")}`;
  yield [0.5, "\x1b[1;32m$\x1b[0m "];
  for (const character of typed) yield [TYPING_SECONDS, character];
  yield [0.3, "\n"];
  let last = 0;
  for (const [at, text] of events) {
    yield [Math.min(at - last, LONGEST_PAUSE), text];
    last = at;
  }
  yield [0.2, "\n"];
}

try {
  await fill();
  const env = project();
  await pulumi(["stack", "init", "dev", "--non-interactive"], env);
  await pulumi(["config", "set", "--secret", "databaseUrl"], env, server.url);
  const recorded: CastEvent[] = [];
  let now = 0;
  for (const command of COMMANDS) {
    const events = await pulumi([...command, ...UNSEEN], env);
    for (const [pause, text] of shown(command, events)) {
      now += pause;
      recorded.push([now, text.replaceAll(server.port.toString(), "5432")]);
    }
  }
  const cast = {
    ...{ width: WIDTH, height: HEIGHT, title: `${name} ${version}: pulumi preview and pulumi up` },
    events: recorded,
  };
  const written = writeCast(cast);
  writeFileSync(join(DOCS, "recording.cast"), written);
  writeFileSync(join(DOCS, "recording.svg"), toSvg(readCast(written)));
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
