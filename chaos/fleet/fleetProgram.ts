// The Pulumi program of a fleet whose databases are stacks, and where its stacks are.
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What each command finds in its environment: a backend of files, and a passphrase. */
export function backendIn(folder: string): Record<string, string> {
  const backend = join(folder, "backend");
  mkdirSync(backend, { recursive: true });
  return {
    PULUMI_BACKEND_URL: pathToFileURL(backend).href,
    PULUMI_CONFIG_PASSPHRASE: randomBytes(18).toString("base64url"),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
  };
}

/** Plain JavaScript: no stack pays for a compiler. */
export function writeProgram(folder: string, index: object): void {
  const project = {
    name: "chaos",
    runtime: { name: "nodejs", options: { typescript: false } },
    main: "program.cjs",
  };
  writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(project, null, 2));
  const program = `const { Index } = require("pulumi-pgindex");
new Index("events", ${JSON.stringify(index)});
`;
  writeFileSync(join(folder, "program.cjs"), program);
}
