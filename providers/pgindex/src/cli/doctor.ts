import { type Command, CommanderError } from "commander";
import { type Finding, problem } from "../doctor/finding";
import { examineMachine } from "../doctor/machineChecks";
import { examineServer, examineVersion } from "../doctor/serverChecks";
import { PgIndexError } from "../engine/errors/advice";
import type { SessionTarget } from "../engine/session/database";
import { withObserver } from "../engine/session/workspace";
import { printable } from "../engine/text/printable";
import type { Io } from "./commandIo";
import {
  addConnectionOptions,
  type ConnectionOptions,
  databaseFrom,
} from "./options/connectionOptions";
import { sayDatabase } from "./sayDatabase";

const EXAMPLES = `
Examples:
  $ pgindex doctor                                  this machine, and the database of DATABASE_URL
  $ pgindex doctor --database-url-env PRODUCTION_URL --json

The exit code is 1 if anything was found that makes index changes fail.
`;

interface DoctorOptions extends ConnectionOptions {
  readonly json?: boolean;
}

/**
 * `pgindex doctor`: what could go wrong on this machine and this server, and what to do about it.
 */
export function addDoctor(program: Command, io: Io): void {
  const command = program
    .command("doctor")
    .description("check what could go wrong on this machine and this server")
    .option("--json", "write JSON")
    .addHelpText("after", EXAMPLES);
  addConnectionOptions(command).action(async (options: DoctorOptions) => {
    const findings = [
      ...(await examineMachine(io.env)),
      ...(await examineDatabase(databaseFrom(options, io), io)),
    ];
    const isBad = findings.some(({ level }) => level === "problem");
    const json = { ok: !isBad, findings };
    io.stdout(options.json ? `${JSON.stringify(json, null, 2)}\n` : renderFindings(findings));
    if (isBad) throw new CommanderError(1, "pgindex.doctor", "index changes will fail");
  });
}

/** An unreachable or outdated server is a finding too. */
async function examineDatabase(database: SessionTarget, io: Io): Promise<Finding[]> {
  try {
    return await withObserver(
      database,
      // A full server is a finding, and nothing to wait for.
      { purpose: "doctor", writable: false, isUrgent: true },
      async (observer) => {
        await sayDatabase(observer, io);
        return [await examineVersion(observer), ...(await examineServer(observer))];
      },
    );
  } catch (error) {
    if (!(error instanceof PgIndexError)) throw error;
    const { what, why, fix, otherwise } = error.advice;
    return [problem("server", `${what}: ${why}`, otherwise ? `${fix}; or ${otherwise}` : fix)];
  }
}

const MARKS = { ok: "ok     ", warning: "warning", problem: "PROBLEM" };

function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, level, detail, fix }) => [
    `${MARKS[level]}  ${check.padEnd(width)}  ${detail}`,
    ...(fix ? [`${" ".repeat(width + 11)}${fix}`] : []),
  ]);
  return printable(`${lines.join("\n")}\n`);
}
