import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { Index } from "pulumi-pgindex";

const url = process.env.DATABASE_URL;
if (!url) throw new Error("DATABASE_URL is not set");

const stack = await LocalWorkspace.createOrSelectStack(
  {
    stackName: "dev",
    projectName: "automation-api",
    program: async () => {
      const index = { table: "messages", name: "messages_sender_idx", columns: ["sender_id"] };
      return { definition: new Index("messages-by-sender", index).definition };
    },
  },
  // Here the provider's process finds the package.
  { workDir: import.meta.dirname },
);
await stack.setConfig("pgindex:databaseUrl", { value: url, secret: true });

const { changeSummary } = await stack.preview();
console.log("would do:", changeSummary);
const { outputs, summary } = await stack.up({ onOutput: (text) => process.stdout.write(text) });
console.log(`${summary.result}: ${outputs.definition?.value}`);
