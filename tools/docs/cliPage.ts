import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./documentFiles.ts";

const COMMAND = join(ROOT, "providers", "pgindex", "dist", "cli", "main.js");

const HEAD = `# The command line

<!-- Made by npm run docs from the commands' own help: edit that, not this file. -->

\`pulumi\` previews, builds and drops; \`npx pgindex\` has what goes beyond it. Each command reads, and changes nothing in the database. A
database's URL is taken from the environment, never from an argument, which every user of the machine could see.
`;

/** docs/cli.md: what each command says of itself. */
export function cli(): string {
  const commands = [...help().matchAll(/^ {2}([a-z]+) (?=.*\[options\])/gm)].map(
    ([, name]) => name,
  );
  const chapters = commands.map((name) => `## ${name}\n\n${block(help(name))}`);
  return `${[HEAD, ...chapters].join("\n")}`;
}

function help(...command: (string | undefined)[]): string {
  const words = command.filter((word) => word !== undefined);
  return execFileSync(process.execPath, [COMMAND, ...words, "--help"], {
    encoding: "utf8",
    env: { ...process.env, COLUMNS: "100", NO_COLOR: "1" },
  });
}

function block(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`;
}
