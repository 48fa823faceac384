/**
 * Reads the text that Pulumi's serializer writes for a closure (@pulumi/pulumi, runtime/closure/serializeClosure): first
 * the captured values, each in a variable; then each function, in a frame that looks its captures up by name; between
 * them the packages that a function needs; at the end the export. Pure.
 */
import ts from "typescript";
import { unknownForm } from "./unknownForm";

/** One function of the closure. */
export interface SerializedFunction {
  /** Its variable in the text, unique: `__planVault`. */
  name: string;
  /** What its code calls a value → the variable that holds it, or a literal: `{ time_1: "__time_1", LIMIT: "3" }`. */
  captures: ReadonlyMap<string, string>;
  code: ts.ArrowFunction | ts.FunctionExpression;
  /** Its code as text. */
  text: string;
}

/** A package or module of Node that functions refer to: `const name = require("module");`. */
interface RequiredModule {
  variable: string;
  module: string;
}

/** The functions of a closure and what they require. */
export interface SerializedCode {
  functions: SerializedFunction[];
  modules: RequiredModule[];
}

/** The text of a closure in its three parts, in their order. */
export interface SerializedParts {
  /** The captured values: one statement per line. */
  values: string;
  /** Functions and required modules. */
  code: string;
  /** The handler's export. */
  exported: string;
}

const PACKAGE = "@pulumi/pulumi";

/**
 * Splits the text of a factory function at the first function and at the export.
 * @throws if it has another form
 */
export function partsOf(text: string): SerializedParts {
  const start = /^(?:function|const) /m.exec(text)?.index ?? -1;
  const end = text.lastIndexOf("\nexports.handler = ");
  const [values, code, exported] = [text.slice(0, start), text.slice(start, end), text.slice(end).trim()];
  if (start < 0 || end < start || !/^exports\.handler = __\w+\(\);$/.test(exported)) {
    throw unknownForm(PACKAGE, "values, functions and an export of the factory's result", exported || text);
  }
  return { values, code, exported };
}

/** Parses a piece of JavaScript. */
function parse(text: string): ts.SourceFile {
  return ts.createSourceFile("__index.js", text, ts.ScriptTarget.ESNext, false, ts.ScriptKind.JS);
}

/** Finds the first node of a kind, the outermost first. */
function first<T extends ts.Node>(node: ts.Node, is: (node: ts.Node) => node is T): T | undefined {
  return is(node) ? node : ts.forEachChild(node, (child) => first(child, is));
}

/** Returns true for a value that can stand in the place of its name: a variable, a number, a text, a constant. */
function isPlain(value: ts.Expression): boolean {
  if (ts.isPrefixUnaryExpression(value)) return ts.isNumericLiteral(value.operand);
  const { NullKeyword, TrueKeyword, FalseKeyword } = ts.SyntaxKind;
  return (
    ts.isIdentifier(value) ||
    ts.isNumericLiteral(value) ||
    ts.isStringLiteral(value) ||
    [NullKeyword, TrueKeyword, FalseKeyword].includes(value.kind)
  );
}

/** Reads `{ a: __a, LIMIT: 3, this: undefined, arguments: undefined }`; undefined for any other form. */
function capturesIn(object: ts.ObjectLiteralExpression, file: ts.SourceFile): Map<string, string> | undefined {
  const captures = new Map<string, string>();
  for (const property of object.properties) {
    if (!ts.isPropertyAssignment(property) || !isPlain(property.initializer)) return undefined;
    captures.set(property.name.getText(file), property.initializer.getText(file));
  }
  for (const own of ["this", "arguments"]) {
    if (captures.get(own) !== "undefined") return undefined;
    captures.delete(own);
  }
  return captures;
}

/** Writes a function's frame as the serializer does, to compare. */
function framed(name: string, parameters: string, scope: string, code: string): string {
  const call = "}).apply(undefined, undefined).apply(this, arguments);";
  return `function ${name}(${parameters}) {\n  return (function() {\n    with(${scope}) {\n\nreturn ${code};\n\n    }\n  ${call}\n}`;
}

/** Reads a framed function. @throws if anything of it is not as expected, because it would be lost */
function functionIn(statement: ts.FunctionDeclaration, file: ts.SourceFile): SerializedFunction {
  const whole = statement.getText(file);
  const name = statement.name?.text ?? "";
  const scope = first(statement, ts.isWithStatement);
  const returned = scope && first(scope.statement, ts.isReturnStatement);
  const code = returned?.expression;
  if (scope && ts.isObjectLiteralExpression(scope.expression) && code) {
    const captures = capturesIn(scope.expression, file);
    const parameters = statement.parameters.map((one) => one.getText(file)).join(", ");
    const text = code.getText(file);
    const isKnown = framed(name, parameters, scope.expression.getText(file), text) === whole;
    const isFunction = ts.isArrowFunction(code) || ts.isFunctionExpression(code);
    if (isKnown && isFunction && captures) return { name, captures, code, text };
  }
  throw unknownForm(PACKAGE, "a function whose captures are looked up by `with`", whole);
}

/** Reads `const name = require("module");`; undefined for any other statement. */
function moduleIn(statement: ts.Statement, file: ts.SourceFile): RequiredModule | undefined {
  const [, variable, module] = /^const (\w+) = require\("([^"]+)"\);$/.exec(statement.getText(file)) ?? [];
  return variable === undefined || module === undefined ? undefined : { variable, module };
}

/** Reads the functions of a closure. @throws if a statement is neither a function nor a required module */
export function codeIn({ code }: SerializedParts): SerializedCode {
  const file = parse(code);
  const read: SerializedCode = { functions: [], modules: [] };
  for (const statement of file.statements) {
    const module = moduleIn(statement, file);
    if (ts.isFunctionDeclaration(statement)) read.functions.push(functionIn(statement, file));
    else if (module) read.modules.push(module);
    else throw unknownForm(PACKAGE, "functions and required modules", statement.getText(file));
  }
  return read;
}

/** Checks that the captured values are statements that need no module. @throws otherwise */
export function checkValues({ values }: SerializedParts): void {
  const file = parse(values);
  for (const statement of file.statements) {
    const isValue = ts.isVariableStatement(statement) || ts.isExpressionStatement(statement);
    const isRequire = (node: ts.Node): node is ts.Identifier => ts.isIdentifier(node) && node.text === "require";
    if (!isValue || first(statement, isRequire)) {
      throw unknownForm(PACKAGE, "captured values without a package among them", statement.getText(file));
    }
  }
}
