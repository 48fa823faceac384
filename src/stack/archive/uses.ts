/** Finds in the functions of a closure which members of which packages they use, and what packing would break. Pure. */
import ts from "typescript";
import type { SerializedCode, SerializedFunction } from "./serialized";

/** Does something with every node below one, and the node above it. */
function walk(node: ts.Node, visit: (node: ts.Node, above: ts.Node) => void): void {
  ts.forEachChild(node, (child) => {
    visit(child, node);
    walk(child, visit);
  });
}

/** Returns what a node assigns to: `a = 1`, `a += 1`, `a++`, `[a] = b`, `for (a of b)`. */
function targetOf(node: ts.Node): ts.Node | undefined {
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const isAssignment = kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
    return isAssignment ? node.left : undefined;
  }
  if (ts.isForOfStatement(node) || ts.isForInStatement(node)) {
    return ts.isVariableDeclarationList(node.initializer) ? undefined : node.initializer;
  }
  if (!ts.isPrefixUnaryExpression(node) && !ts.isPostfixUnaryExpression(node)) return undefined;
  const { PlusPlusToken, MinusMinusToken } = ts.SyntaxKind;
  return [PlusPlusToken, MinusMinusToken].includes(node.operator) ? node.operand : undefined;
}

/** Returns the variables in the target of an assignment; an object whose member is set is none. */
function variablesIn(target: ts.Node): string[] {
  if (ts.isIdentifier(target)) return [target.text];
  if (ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target)) return [];
  const found: string[] = [];
  ts.forEachChild(target, (child) => {
    found.push(...variablesIn(child));
  });
  return found;
}

function refusal({ name }: SerializedFunction, what: string, instead: string): Error {
  return new Error(`archive: the function ${name.replace(/^_+/, "")} ${what}: ${instead}`);
}

/** Refuses code that would mean something else once its captures are named by their own variables. */
function check(serialized: SerializedFunction, node: ts.Node): void {
  const { captures } = serialized;
  const target = targetOf(node);
  const assigned = target && variablesIn(target).find((variable) => captures.has(variable));
  if (assigned !== undefined) {
    const instead = "a captured value is a copy, so return the new value, or name the local variable differently";
    throw refusal(serialized, `assigns to ${assigned}, which it captures`, instead);
  }
  if (ts.isIdentifier(node) && node.text.startsWith("__") && !captures.has(node.text)) {
    throw refusal(serialized, `uses the name ${node.text}`, "names with two underscores are the serializer's");
  }
  const isRequire = ts.isIdentifier(node) && node.text === "require";
  if (isRequire || node.kind === ts.SyntaxKind.ImportKeyword) {
    throw refusal(serialized, "loads a module while it runs", "import it at the top of its file");
  }
}

/**
 * Returns the members that functions use, by the variable of the required module: `{ client_1: {"Client"} }`.
 * @throws if a function uses a package as a whole, loads one, or assigns to what it captures
 */
export function membersUsed({ functions, modules }: SerializedCode): Map<string, Set<string>> {
  const used = new Map(modules.map(({ variable }) => [variable, new Set<string>()]));
  for (const serialized of functions) {
    walk(serialized.code, (node, above) => {
      check(serialized, node);
      if (!ts.isIdentifier(node) || serialized.captures.has(node.text)) return;
      const members = used.get(node.text);
      if (members === undefined) return;
      if (!ts.isPropertyAccessExpression(above) || above.expression !== node) {
        throw refusal(serialized, `uses all of ${node.text}`, "name the members of the package that it needs");
      }
      members.add(above.name.text);
    });
  }
  return used;
}
