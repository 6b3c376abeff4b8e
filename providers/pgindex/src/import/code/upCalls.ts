import type ts from "typescript";
import type { Typescript } from "./typescriptParser";

/** A program's `up`: its body, and what it calls the tool by. */
export interface UpFunction {
  readonly body: ts.Node;
  readonly runner: string;
}

/** `up` of a class, of the module's exports, or a function of that name. */
export function findUp(typescript: Typescript, source: ts.SourceFile): UpFunction | undefined {
  let found: UpFunction | undefined;
  const visit = (node: ts.Node): void => {
    if (found) return;
    const made = functionNamedUp(typescript, node);
    const parameter = made?.parameters[0]?.name;
    if (made?.body) {
      found = { body: made.body, runner: parameter ? parameter.getText(source) : "" };
      return;
    }
    typescript.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function functionNamedUp(typescript: Typescript, node: ts.Node) {
  if (typescript.isMethodDeclaration(node) || typescript.isFunctionDeclaration(node)) {
    return node.name?.getText() === "up" ? node : undefined;
  }
  if (typescript.isVariableDeclaration(node) || typescript.isPropertyAssignment(node)) {
    return node.name.getText() === "up" ? asFunction(typescript, node.initializer) : undefined;
  }
  if (typescript.isBinaryExpression(node) && /^(module\.)?exports\.up$/.test(node.left.getText())) {
    return asFunction(typescript, node.right);
  }
  return undefined;
}

function asFunction(typescript: Typescript, node: ts.Node | undefined) {
  if (!node) return undefined;
  return typescript.isArrowFunction(node) || typescript.isFunctionExpression(node)
    ? node
    : undefined;
}

/** A call in `up` that concerns the database. */
export interface UpCall {
  readonly node: ts.Node;
  /** Its SQL, where that stands in the program; the parts of it that do, where some does. */
  readonly sql: readonly string[];
  /** Nothing is left out of the SQL. */
  readonly isWhole: boolean;
  /** SQL as text, rather than a method that writes it. */
  readonly isSql: boolean;
  /** In a condition, a loop or another function. */
  readonly isConditional: boolean;
  /** Where the SQL begins. */
  readonly start: number;
}

/** The calls in `up` on what it is given, or with it, in their order. */
export function callsIn(typescript: Typescript, { body, runner }: UpFunction): UpCall[] {
  const found: UpCall[] = [];
  const visit = (node: ts.Node, isConditional: boolean): void => {
    if (typescript.isCallExpression(node) && !isThen(typescript, node)) {
      const call = toCall(typescript, node, runner);
      if (call) {
        found.push({ ...call, isConditional });
        return;
      }
    }
    // A text that goes some other way may be SQL.
    if (typescript.isStringLiteralLike(node) || typescript.isTemplateExpression(node)) {
      found.push({ node, isSql: true, ...textOf(typescript, node), isWhole: false, isConditional });
    }
    const inner = isConditional || branches(typescript, node);
    typescript.forEachChild(node, (child) => visit(child, inner));
  };
  visit(body, false);
  return found;
}

function branches(typescript: Typescript, node: ts.Node): boolean {
  return (
    typescript.isIfStatement(node) ||
    typescript.isIterationStatement(node, false) ||
    typescript.isSwitchStatement(node) ||
    typescript.isConditionalExpression(node) ||
    typescript.isTryStatement(node) ||
    (typescript.isFunctionLike(node) && !isNextStep(typescript, node))
  );
}

/** `….then(…)`: a call that only says when others are made. */
function isThen(typescript: Typescript, { expression }: ts.CallExpression): boolean {
  return (
    typescript.isPropertyAccessExpression(expression) &&
    /^(then|catch|finally)$/.test(expression.name.text)
  );
}

/** What `then` is given runs, unless the migration fails. */
function isNextStep(typescript: Typescript, node: ts.Node): boolean {
  const { parent } = node;
  if (!typescript.isCallExpression(parent) || parent.arguments[0] !== node) return false;
  return isThen(typescript, parent) && !/\.catch$/.test(parent.expression.getText());
}

type Call = Omit<UpCall, "isConditional">;

/** Methods that take SQL: TypeORM's, node-pg-migrate's, Knex's. */
const TAKES_SQL = /\.(query|sql|raw)$/;

function toCall(typescript: Typescript, node: ts.CallExpression, runner: string): Call | undefined {
  const callee = node.expression.getText();
  const tagged = executed(typescript, node);
  if (tagged) return { node, isSql: true, ...textOf(typescript, tagged) };
  if (callee === runner || callee.startsWith(`${runner}.`)) {
    const [sql] = node.arguments;
    if (TAKES_SQL.test(callee) && sql) return { node, isSql: true, ...textOf(typescript, sql) };
    return { node, isSql: false, sql: [], isWhole: false, start: node.getStart() };
  }
  const isGiven = node.arguments.some((argument) => argument.getText() === runner);
  return isGiven || callee.startsWith("this.")
    ? { node, isSql: false, sql: [], isWhole: false, start: node.getStart() }
    : undefined;
}

/** What Kysely's `sql` has in `sql`…`.execute(db)` and `sql.raw("…").execute(db)`. */
function executed(typescript: Typescript, { expression }: ts.CallExpression): ts.Node | undefined {
  if (!typescript.isPropertyAccessExpression(expression)) return undefined;
  const { expression: made, name } = expression;
  if (name.text !== "execute") return undefined;
  if (typescript.isTaggedTemplateExpression(made) && made.tag.getText() === "sql") {
    return made.template;
  }
  const isRaw = typescript.isCallExpression(made) && made.expression.getText() === "sql.raw";
  return isRaw ? made.arguments[0] : undefined;
}

function textOf(typescript: Typescript, node: ts.Node): Pick<Call, "sql" | "isWhole" | "start"> {
  const start = node.getStart();
  if (typescript.isStringLiteralLike(node)) return { sql: [node.text], isWhole: true, start };
  if (!typescript.isTemplateExpression(node)) return { sql: [], isWhole: false, start };
  const parts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  return { sql: parts, isWhole: false, start };
}
