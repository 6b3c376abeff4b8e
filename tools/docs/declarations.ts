import { join } from "node:path";
import ts from "typescript";
import { packageProgram, SOURCE } from "./packageProgram.ts";

/** A property of a class or an interface. */
export interface Member {
  readonly name: string;
  /** Without Pulumi's wrapper types. */
  readonly type: string;
  readonly text: string;
  readonly isOptional: boolean;
  /** `@default` */
  readonly fallback: string;
  /** `@sql` */
  readonly sql: string;
}

/** A class, interface, type or function, as described by its docstring. */
export interface Section {
  readonly name: string;
  readonly text: string;
  /** `@example` */
  readonly example: string;
  /** Source text, for anything without members. */
  readonly definition: string;
  /** Its own members, not inherited ones. */
  readonly members: readonly Member[];
  /** The interface it extends, or empty. */
  readonly base: string;
  /** True if programs write it rather than read it. */
  readonly isWritten: boolean;
}

export interface Package {
  /** Names exported by `src/index.ts`. */
  readonly exported: readonly string[];
  section(name: string): Section;
}

type Property = ts.PropertySignature | ts.PropertyDeclaration;

/** Reads the package's declarations; `wanted`: also names of its sources that it does not export. */
export function openPackage(wanted: readonly string[]): Package {
  const program = packageProgram();
  const checker = program.getTypeChecker();
  const files = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(SOURCE));
  const exportsOf = (file: ts.SourceFile) => {
    const module = checker.getSymbolAtLocation(file);
    return module ? checker.getExportsOfModule(module) : [];
  };
  const index = files.find(({ fileName }) => fileName === join(SOURCE, "src", "index.ts"));
  const exported = index ? exportsOf(index) : [];
  const found = new Map<string, ts.Symbol>();
  for (const symbol of [...exported, ...files.flatMap(exportsOf)]) {
    if (wanted.includes(symbol.name) && !found.has(symbol.name))
      found.set(symbol.name, original(symbol, checker));
  }
  return {
    exported: exported.map(({ name }) => name),
    section: (name) => {
      const symbol = found.get(name);
      if (!symbol) throw new Error(`the package has no declaration of the name ${name}`);
      return sectionOf(symbol, checker);
    },
  };
}

function original(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function sectionOf(symbol: ts.Symbol, checker: ts.TypeChecker): Section {
  const [declaration] = symbol.declarations ?? [];
  if (!declaration) throw new Error(`${symbol.name} is declared nowhere`);
  const hasMembers =
    ts.isInterfaceDeclaration(declaration) || ts.isClassDeclaration(declaration)
      ? declaration
      : undefined;
  const properties = [...(hasMembers?.members ?? [])].filter(isProperty).filter(isOfEach);
  const text = textOf(symbol, checker);
  if (!text) throw new Error(`${symbol.name} has no docstring`);
  return {
    name: symbol.name,
    text,
    example: tagOf(symbol, "example"),
    definition: hasMembers ? "" : definitionOf(declaration),
    members: properties.map((property) => memberOf(property, checker)),
    base: hasMembers && ts.isInterfaceDeclaration(hasMembers) ? baseOf(hasMembers) : "",
    isWritten: declaration.getSourceFile().fileName.includes("/src/resources/"),
  };
}

function isProperty(node: ts.Node): node is Property {
  return ts.isPropertySignature(node) || ts.isPropertyDeclaration(node);
}

/** What is static is no output. */
function isOfEach({ modifiers }: Property): boolean {
  return !modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
}

/** `extends Base`, or `extends Omit<Base, …>`. */
function baseOf(declaration: ts.InterfaceDeclaration): string {
  const [extended] = declaration.heritageClauses?.flatMap(({ types }) => [...types]) ?? [];
  return extended?.typeArguments?.[0]?.getText() ?? extended?.expression.getText() ?? "";
}

function definitionOf(declaration: ts.Declaration): string {
  const text = ts.isFunctionDeclaration(declaration)
    ? signatureOf(declaration)
    : declaration.getText();
  return text
    .replace(/^export /, "")
    .replace(/\breadonly /g, "")
    .replace(/\(typeof (\w+)\)\[number\]/, (_, list) => valuesOf(list, declaration));
}

function signatureOf({ name, parameters, type }: ts.FunctionDeclaration): string {
  const list = parameters.map((one) => one.getText()).join(", ");
  return `${name?.text}(${list}): ${type?.getText()}`;
}

/** Turns a constant list in the same file into `"a" | "b"`. */
function valuesOf(list: string, declaration: ts.Declaration): string {
  const { text } = declaration.getSourceFile();
  const values = new RegExp(`${list} = \\[([^\\]]*)\\]`).exec(text)?.[1] ?? "";
  return [...values.matchAll(/"[^"]*"/g)].map(([value]) => `\n  | ${value}`).join("");
}

function memberOf(property: Property, checker: ts.TypeChecker): Member {
  const symbol = checker.getSymbolAtLocation(property.name);
  const where = `${property.name.getText()} in ${property.getSourceFile().fileName}`;
  if (!symbol || !property.type) throw new Error(`${where} has no type`);
  const member: Member = {
    name: symbol.name,
    type: typeText(property.type),
    text: textOf(symbol, checker) || textOfType(property.type, checker),
    isOptional: property.questionToken !== undefined,
    fallback: tagOf(symbol, "default"),
    sql: tagOf(symbol, "sql"),
  };
  const isOurs = property.getSourceFile().fileName.includes("/src/resources/");
  if (isOurs && !member.text) throw new Error(`${where} has no docstring`);
  if (isOurs && member.isOptional && !member.fallback) throw new Error(`${where} has no @default`);
  return member;
}

/** The type as a program writes it: Pulumi's wrappers and `readonly` say nothing about a value. */
function typeText(node: ts.TypeNode): string {
  if (ts.isTypeReferenceNode(node)) {
    const [only] = node.typeArguments ?? [];
    const isWrapper = /^(pulumi\.(Input|Output)|Readonly)$/.test(node.typeName.getText());
    return isWrapper && only ? typeText(only) : plain(node.getText());
  }
  if (ts.isTypeOperatorNode(node)) return typeText(node.type);
  if (ts.isParenthesizedTypeNode(node)) return `(${typeText(node.type)})`;
  if (ts.isArrayTypeNode(node)) return `${inArray(typeText(node.elementType))}[]`;
  if (ts.isUnionTypeNode(node)) return node.types.map(typeText).filter(isSaid).join(" | ");
  return plain(node.getText());
}

const isSaid = (type: string) => type !== "undefined";
const inArray = (element: string) => (/^[\w.]+$|^\(.*\)$/.test(element) ? element : `(${element})`);
const plain = (text: string) => text.replace(/\breadonly /g, "").replace(/\s+/g, " ");

function textOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  return paragraphs(ts.displayPartsToString(symbol.getDocumentationComment(checker)));
}

/** The docstring of the type, for a property that has none of its own. */
function textOfType(node: ts.TypeNode, checker: ts.TypeChecker): string {
  const parts = ts.isUnionTypeNode(node) ? [...node.types] : [node];
  const named = parts.find(ts.isTypeReferenceNode);
  const symbol = named && checker.getSymbolAtLocation(named.typeName);
  return symbol ? textOf(original(symbol, checker), checker) : "";
}

/** Joins lines, because the sources' line width is irrelevant in a document. */
function paragraphs(text: string): string {
  return text
    .replace(/\{@link (\w+)\s*\}/g, "`$1`")
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/\s*\n\s*/g, " ").trim())
    .join("\n\n");
}

function tagOf(symbol: ts.Symbol, name: string): string {
  const tag = symbol.getJsDocTags().find((one) => one.name === name);
  return ts.displayPartsToString(tag?.text).trim();
}
