/** Tests what the packing finds in functions, and which code it refuses because it would mean something else. */
import { codeIn, partsOf } from "../../../../src/stack/archive/serialized";
import { membersUsed } from "../../../../src/stack/archive/uses";
import { closureOf, framedFunction } from "../../../support/serializedText";

const MODULE = 'const client_1 = require("client");\n';

/** Finds the members that one function uses. */
function membersIn(code: string, captures = ""): string[] {
  const text = closureOf([MODULE, framedFunction("__f0", captures, code)]);
  return [...(membersUsed(codeIn(partsOf(text))).get("client_1") ?? [])];
}

test("finds every member, however deep in the function", () => {
  const code =
    "() => { const one = (0, client_1.first)(); return async () => [new client_1.Second(), client_1.Third.x]; }";
  expect(membersIn(code)).toStrictEqual(["first", "Second", "Third"]);
});

test("does not take a captured value of the same name for the package", () => {
  expect(membersIn("() => client_1.other()", "client_1: __client_1")).toStrictEqual([]);
});

test.each(["() => client_1", "() => client_1[name]", "() => f(client_1)", "() => ({ client_1 })"])(
  "refuses %s, which uses all of a package",
  (code) => {
    expect(() => membersIn(code)).toThrow("archive: the function f0 uses all of client_1");
  },
);

test.each([
  "count = 1",
  "count += 1",
  "count ??= 1",
  "count++",
  "--count",
  "[count] = [1]",
  "[, ...count] = [1]",
  "({ count } = {})",
  "({ a: [count] } = {})",
  "for (count of []) ;",
  "for (count in {}) ;",
])("refuses `%s`, which assigns to a captured value", (statement) => {
  expect(() => membersIn(`() => { ${statement}; }`, "count: __count")).toThrow(
    "archive: the function f0 assigns to count, which it captures",
  );
});

test.each(["count.a = 1", "count[0] = 1", "delete count.a", "let other = count", "other.count++", "-count"])(
  "accepts `%s`",
  (statement) => {
    expect(membersIn(`() => { ${statement}; }`, "count: __count")).toStrictEqual([]);
  },
);

test.each(['() => require("fs")', '() => import("fs")', "() => require(name)"])("refuses %s", (code) => {
  expect(() => membersIn(code)).toThrow("archive: the function f0 loads a module while it runs");
});

test("refuses a name that could be one of the serializer's variables", () => {
  expect(() => membersIn("() => { const __a = 1; return a + __a; }", "a: __a")).toThrow("uses the name __a");
});
