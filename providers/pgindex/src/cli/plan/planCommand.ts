import { resolve } from "node:path";
import { type Command, CommanderError, Option } from "commander";
import { findingsOf, isAtLeast, type Severity, unseenIndexes } from "../../review/findings";
import { toMarkdown } from "../../review/formats/markdown";
import { toSarif } from "../../review/formats/sarif";
import { toText } from "../../review/formats/text";
import type { Plan } from "../../review/plan";
import { planFileSchema, planText, readPlan, writePlan } from "../../review/planFile";
import { lookAtStack } from "../../review/run/lookAtStack";
import { type Io, redact } from "../commandIo";
import { EXIT } from "../output/exitCodes";
import { writeSchema } from "../output/writeSchema";

const EXAMPLES = `
Examples:
  $ pgindex plan                                what the next pulumi up of the selected stack does
  $ pgindex plan --stack production --out plan.json --format markdown > plan.md
  $ pgindex plan --from plan.json --format sarif > plan.sarif
  $ pgindex plan --destroy                      what pulumi destroy would do
  $ pgindex plan -- --target '**::by-email'     with more options of pulumi preview

It runs the program through pulumi preview, which looks at the database and changes nothing, and
looks at every index that goes. PGINDEX_PLAN=plan.json pulumi up then does what the plan shows, or
stops. --format json has a JSON schema, which --json-schema prints. See docs/plan.md.

Exit codes:
  0  nothing was found that --fail-on asks for
  1  the options are wrong, Pulumi could not run the program, or a file could not be read
  2  something was found: an error, or with --fail-on warning a warning too
  3  nothing was found, but an index could not be looked at, or Pulumi stopped: no all-clear
`;

const FORMATS = ["table", "json", "markdown", "sarif"] as const;
const LEVELS = ["error", "warning", "never"] as const;

interface PlanOptions {
  readonly stack?: string;
  readonly cwd?: string;
  readonly destroy?: boolean;
  readonly format: (typeof FORMATS)[number];
  readonly out?: string;
  readonly from?: string;
  readonly failOn: (typeof LEVELS)[number];
  readonly jsonSchema?: boolean;
}

/** `pgindex plan`: what a reviewer must know of the next change, for people and for machines. */
export function addPlan(program: Command, io: Io): void {
  program
    .command("plan")
    .description("show what the next pulumi up does to indexes, for a review")
    .argument("[pulumi-options...]", "more options for pulumi preview, after --")
    .option("--stack <name>", "the stack (default: the selected one)")
    .option("--cwd <folder>", "the Pulumi project folder (default: this one)")
    .option("--destroy", "look at what pulumi destroy does")
    .addOption(new Option("--format <format>", "what to print").choices(FORMATS).default("table"))
    .option("--out <file>", "keep the plan, for --from, and for pulumi up to be held to it")
    .option("--from <file>", "print a plan that was kept, instead of looking")
    .addOption(
      new Option("--fail-on <severity>", "what ends with exit code 2")
        .choices(LEVELS)
        .default("error"),
    )
    .option("--json-schema", "write the JSON Schema of a plan, and nothing else")
    .addHelpText("after", EXAMPLES)
    .action(async (more: readonly string[], options: PlanOptions) => {
      if (options.jsonSchema) return writeSchema(planFileSchema, io);
      const plan = options.from ? readPlan(options.from) : await look(more, options, io);
      if (options.out) writePlan(options.out, plan);
      io.stdout(render(plan, options));
      judge(plan, options.failOn);
    });
}

function look(more: readonly string[], options: PlanOptions, { env }: Io): Promise<Plan> {
  const { stack, cwd, destroy } = options;
  return lookAtStack({ stack, cwd, destroy, options: more, env });
}

function render(plan: Plan, { format, cwd = "." }: PlanOptions): string {
  switch (format) {
    case "table":
      return redact(toText(plan));
    case "json":
      return planText(plan);
    case "markdown":
      return redact(toMarkdown(plan));
    case "sarif":
      return toSarif(plan, resolve(cwd));
  }
}

/** Ends with the exit code that the plan deserves. */
function judge(plan: Plan, failOn: PlanOptions["failOn"]): void {
  const isFound = (level: Severity) =>
    findingsOf(plan).some(({ severity }) => isAtLeast(severity, level));
  if (failOn !== "never" && isFound(failOn))
    throw new CommanderError(EXIT.found, "pgindex.plan", "something was found");
  if (unseenIndexes(plan).length > 0 || !plan.isComplete)
    throw new CommanderError(EXIT.couldNotLook, "pgindex.plan", "an index could not be looked at");
}
