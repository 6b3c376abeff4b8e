import { join } from "node:path";
import ts from "typescript";
import { ROOT } from "./documentFiles.ts";

export const SOURCE = join(ROOT, "providers", "pgindex");

let program: ts.Program | undefined;

/** One for all documents: parsing the package takes seconds. */
export function packageProgram(): ts.Program {
  program ??= createProgram();
  return program;
}

function createProgram(): ts.Program {
  const parsed = ts.getParsedCommandLineOfConfigFile(join(SOURCE, "tsconfig.json"), {}, HOST);
  if (!parsed) throw new Error("providers/pgindex/tsconfig.json cannot be read");
  return ts.createProgram(parsed.fileNames, parsed.options);
}

const HOST: ts.ParseConfigFileHost = {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
    throw new Error(ts.flattenDiagnosticMessageText(messageText, "\n"));
  },
};
