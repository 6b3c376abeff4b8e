import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** A step of a workflow of GitHub Actions. */
export interface WorkflowStep {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly WorkflowStep[] }>>;
}

/** The steps of all jobs of `examples/github-actions/<name>.yml`. */
export function workflowSteps(name: string): WorkflowStep[] {
  return stepsIn(`examples/github-actions/${name}.yml`);
}

/** The steps of all jobs of a workflow's file. */
export function stepsIn(file: string): WorkflowStep[] {
  const { jobs } = parse(readFileSync(file, "utf8")) as Workflow;
  return Object.values(jobs).flatMap(({ steps }) => [...steps]);
}

/** The shell lines of a step. */
export function linesOf(workflow: string, step: string): string {
  const found = workflowSteps(workflow).find(({ name }) => name === step)?.run;
  if (found === undefined) throw new Error(`${workflow} has no step ${step} with shell lines`);
  return found;
}
