import ts from "typescript";

/** One module that a file needs. */
export interface Import {
  /** As written, such as `../text/sql`; undefined where only a run knows it. */
  readonly from?: string;
  /** Nothing is loaded: `import type`, `export type`, or the `import()` of a type. */
  readonly isType: boolean;
  readonly line: number;
}

export function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

/** Every `import`, `export … from`, `import()` and `require`, wherever in the file it stands. */
export function importsOf(source: ts.SourceFile): Import[] {
  return nodesOf(source).flatMap((node) => {
    const found = importIn(node);
    return found ? [{ ...found, line: lineOf(source, node) }] : [];
  });
}

function importIn(node: ts.Node): Omit<Import, "line"> | undefined {
  if (ts.isImportDeclaration(node))
    return { from: textOf(node.moduleSpecifier), isType: node.importClause?.isTypeOnly === true };
  if (ts.isExportDeclaration(node) && node.moduleSpecifier)
    return { from: textOf(node.moduleSpecifier), isType: node.isTypeOnly };
  if (ts.isExternalModuleReference(node))
    return { from: textOf(node.expression), isType: node.parent.isTypeOnly };
  if (ts.isImportTypeNode(node))
    return {
      from: ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : undefined,
      isType: true,
    };
  if (ts.isCallExpression(node) && isLoad(node.expression))
    return { from: textOf(node.arguments[0]), isType: false };
  return undefined;
}

function isLoad(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  return ["require", "require.resolve"].includes(callee.getText());
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}

const ADVICE_PARTS = ["what", "why", "fix"];
const ADVICE_ERROR = /^(PgIndex|UnsuitableServer|LockedTable)Error$/;

/**
 * The lines on which an advice is written: an object with two of its parts, or one that is given to
 * an error of ours.
 */
export function adviceLines(source: ts.SourceFile): number[] {
  const written = nodesOf(source).filter(
    (node) => ts.isObjectLiteralExpression(node) && isAdvice(node),
  );
  return written.map((node) => lineOf(source, node));
}

function isAdvice(literal: ts.ObjectLiteralExpression): boolean {
  const names = literal.properties.map(({ name }) =>
    name && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? name.text : "",
  );
  if (ADVICE_PARTS.filter((part) => names.includes(part)).length > 1) return true;
  const { parent } = literal;
  return (
    ts.isNewExpression(parent) &&
    parent.arguments?.[0] === literal &&
    ADVICE_ERROR.test(parent.expression.getText())
  );
}

function nodesOf(node: ts.Node): ts.Node[] {
  const nodes = [node];
  ts.forEachChild(node, (child) => void nodes.push(...nodesOf(child)));
  return nodes;
}

function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
}
