import * as pulumi from "@pulumi/pulumi";

/** The stack output a gate reads. */
const OUTPUT = "evidence";

interface StackOutputs {
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly secretOutputNames?: readonly string[];
}

/** What a gate learns about another stack. */
export interface StackEvidence {
  readonly stack: string;
  readonly evidence: pulumi.Output<unknown>;
  /** Why the stack could not be read; undefined if it could. */
  readonly unreadable: pulumi.Output<string | undefined>;
}

/**
 * Reads another stack's `evidence` like a StackReference, but leaves it to the gate to decide what
 * an unreadable stack means. A StackReference to a stack that does not exist is an error, which
 * ends the program before anything can explain it or override it.
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
    ? `there is no stack ${name}: correct its name, or create it and run pulumi up there`
    : `the stack ${name} cannot be read: ${message}`;
}
