import * as pulumi from "@pulumi/pulumi";

/** The stack output that a gate reads. */
const OUTPUT = "evidence";

interface StackOutputs {
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly secretOutputNames?: readonly string[];
}

/** What a gate is told of another stack. */
export interface StackEvidence {
  readonly stack: string;
  readonly evidence: pulumi.Output<unknown>;
  /** Why the stack could not be read, if it could not. */
  readonly unreadable: pulumi.Output<string | undefined>;
}

/**
 * Reads another stack's `evidence` as a StackReference does, but leaves it to the gate what a stack
 * means that cannot be read: a StackReference to a stack that does not exist is an error, which
 * ends the program before anything can give advice or be overridden.
 */
export function stackEvidence(stack: string): StackEvidence {
  const name = fullName(stack);
  const read = pulumi.output(
    pulumi.runtime
      .invoke("pulumi:pulumi:readStackOutputs", { name })
      .then(found, (error: Error) => ({ evidence: undefined, unreadable: problem(name, error) })),
  );
  return {
    stack: name,
    evidence: read.apply(({ evidence }) => evidence),
    unreadable: read.apply(({ unreadable }) => unreadable),
  };
}

function fullName(stack: string): string {
  return stack.includes("/")
    ? stack
    : `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
}

function found({ outputs, secretOutputNames }: StackOutputs) {
  const evidence = outputs?.[OUTPUT];
  return {
    evidence: secretOutputNames?.includes(OUTPUT) ? pulumi.secret(evidence) : evidence,
    unreadable: undefined,
  };
}

function problem(name: string, { message }: Error): string {
  return /unknown stack/.test(message)
    ? `there is no stack ${name}: correct its name, or make it and run pulumi up there`
    : `the stack ${name} cannot be read: ${message}`;
}
