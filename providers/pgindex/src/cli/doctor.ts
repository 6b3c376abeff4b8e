import type { Command } from "commander";
import { type Finding, problem } from "../doctor/finding";
import { examineMachine } from "../doctor/machineChecks";
import { examineServer, examineVersion } from "../doctor/serverChecks";
import { CouldNotLookError, PgIndexError } from "../engine/errors/advice";
import { withObserver } from "../engine/session/workspace";
import { printable } from "../engine/text/printable";
import { type Io, plain } from "./commandIo";
import { addConnectionOptions, type ConnectionOptions } from "./database/connectionOptions";
import { findDatabase } from "./database/findDatabase";
import { sayDatabase } from "./database/sayDatabase";
import { endWith } from "./output/exitCodes";

const EXAMPLES = `
Examples:
  $ pgindex doctor                                  this machine, and the database of DATABASE_URL
  $ pgindex doctor --database-url-env PRODUCTION_URL --json

The exit code is 2 if anything was found that makes index changes fail, and 3 if the server could not
be asked.
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
    const machine = await examineMachine(io.env);
    const server = await examineDatabase(options, io);
    const findings = [...machine, ...server.findings];
    const isBad = findings.some(({ level }) => level === "problem");
    const json = { ok: !isBad, findings };
    io.stdout(options.json ? `${JSON.stringify(json, null, 2)}\n` : renderFindings(findings, io));
    const isAway = !server.answered && !machine.some(({ level }) => level === "problem");
    if (isBad) endWith(isAway ? "couldNotLook" : "found", "doctor");
  });
}

/** An unreachable or outdated server is a finding too. */
async function examineDatabase(
  options: DoctorOptions,
  io: Io,
): Promise<{ readonly findings: readonly Finding[]; readonly answered: boolean }> {
  try {
    const findings = await withObserver(
      await findDatabase(options, io),
      // A full server is a finding, and nothing to wait for.
      { purpose: "doctor", writable: false, isUrgent: true },
      async (observer) => {
        await sayDatabase(observer, io);
        return [await examineVersion(observer), ...(await examineServer(observer))];
      },
    );
    return { findings, answered: true };
  } catch (error) {
    if (!(error instanceof PgIndexError)) throw error;
    const { what, why, fix, otherwise } = error.advice;
    const found = problem("server", `${what}: ${why}`, otherwise ? `${fix}; or ${otherwise}` : fix);
    return { findings: [found], answered: !(error instanceof CouldNotLookError) };
  }
}

const MARKS = {
  ok: { style: "green", text: "ok     " },
  warning: { style: "yellow", text: "warning" },
  problem: { style: "red", text: "PROBLEM" },
} as const;

function renderFindings(findings: readonly Finding[], { paint = plain }: Io): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, level, detail, fix }) => [
    `${paint(MARKS[level].style, MARKS[level].text)}  ${check.padEnd(width)}  ${printable(detail)}`,
    ...(fix ? [`${" ".repeat(width + 11)}${printable(fix)}`] : []),
  ]);
  return `${lines.join("\n")}\n`;
}
