import type { Advice } from "../../../engine/errors/advice";

/** Every message about the stacks of a fleet. */

export function noProjectAdvice(program: string): Advice {
  return {
    what: `there is no Pulumi program in ${program}`,
    why: "each database of this fleet is a stack of it",
    fix: "name its folder in the fleet's file: stack: { program: ./infrastructure }",
  };
}

export function missingTemplateAdvice(template: string, file: string): Advice {
  return {
    what: `the template stack ${template} has no configuration: ${file} does not exist`,
    why: "each target's stack begins with it",
    fix: `write it: pulumi config set --stack ${template} KEY VALUE`,
    otherwise: "leave template out, where the targets' own config says everything",
  };
}

export function secretOfServiceAdvice(template: string): Advice {
  return {
    what: `the configuration of the template stack ${template} has a secret that only it can read`,
    why: "Pulumi's service encrypts the secrets of each stack for that stack alone",
    fix: "let workers have it in their environment, or import a Pulumi ESC environment in the template",
    otherwise:
      "use a secrets provider that stacks can share: pulumi stack change-secrets-provider " +
      "(passphrase, awskms, gcpkms, azurekeyvault, hashivault)",
  };
}

export function stackFailedText(stack: string, diagnostics: readonly string[]): string {
  const said = diagnostics.length > 0 ? diagnostics.join("; ") : "pulumi up failed";
  return `stack ${stack}: ${said}`;
}

export function invalidText(index: string): string {
  return `pulumi up has ended, and ${index} is not valid: run pgindex fleet retry`;
}

export function noStackAdvice(fleet: string): Advice {
  return {
    what: `the rollout of the fleet ${fleet} is one of stacks, and the file here names no program`,
    why: "the file has been changed since the rollout was started",
    fix: "put stack back into the fleet's file, and run pgindex fleet retry",
  };
}

export function lockedAdvice(
  stack: string,
  owner: { readonly host: string; readonly pid: number } | undefined,
): Advice {
  return {
    what: `the stack ${stack} is locked${owner ? ` by process ${owner.pid} on ${owner.host}` : ""}`,
    why: "somebody runs Pulumi on it, or was killed while it ran",
    fix: `let it end; if nobody runs it, pulumi cancel --stack ${stack}; then pgindex fleet retry ${stack}`,
  };
}
