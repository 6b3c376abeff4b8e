import { PgIndexError } from "../../engine/errors/advice";
import { noAnswersAdvice } from "../../init/initMessages";
import type { Answers } from "../../init/newProject";
import type { Io } from "../commandIo";

const QUESTIONS: Readonly<Record<keyof Answers, string>> = {
  name: "Name of the project",
  table: "Table to index, such as messages or app.messages",
  columns: "Columns, such as conversation_id, created_at DESC",
};

/** Asks for what the options leave open, where somebody can answer. */
export async function askFor(
  given: Partial<Answers>,
  defaults: Pick<Answers, "name">,
  { ask }: Io,
): Promise<Answers> {
  const known: Partial<Answers> = ask ? given : { ...defaults, ...given };
  const open = (Object.keys(QUESTIONS) as (keyof Answers)[]).filter(
    (question) => known[question] === undefined,
  );
  if (open.length === 0) return known as Answers;
  if (!ask) throw new PgIndexError(noAnswersAdvice(open.map((question) => `--${question}`)));
  const answers: Partial<Record<keyof Answers, string>> = { ...known };
  for (const question of open) {
    const fallback = question === "name" ? defaults.name : "";
    const hint = fallback === "" ? "" : ` (${fallback})`;
    answers[question] = (await ask(`${QUESTIONS[question]}${hint}: `)).trim() || fallback;
  }
  return answers as Answers;
}
