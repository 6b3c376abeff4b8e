import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";

const EXAMPLES = `
Examples:
  $ pgindex completion bash >> ~/.bashrc
  $ pgindex completion zsh >> ~/.zshrc
  $ pgindex completion fish > ~/.config/fish/completions/pgindex.fish

It asks pgindex itself what fits, so the command has to be on PATH: npm install --global pulumi-pgindex
`;

/** `pgindex completion`: of all commands that have been added before it. */
export function addCompletion(program: Command): void {
  tab(program, { completionCommandName: "completion" });
  const command = program.commands.find((each) => each.name() === "completion");
  command?.description("print what completes commands and options in a shell");
  command?.addHelpText("after", EXAMPLES);
}
