/** Tests that a closure is read as the serializer writes it today, and that any other form stops the deployment. */
import { checkValues, codeIn, partsOf } from "../../../../src/stack/archive/serialized";
import { closureOf, framedFunction } from "../../../support/serializedText";

const PIN = /@pulumi\/pulumi [\d.]+ writes a form that .*: pin @pulumi\/pulumi in package\.json to the version before/;

const read = (text: string) => {
  const parts = partsOf(text);
  checkValues(parts);
  return codeIn(parts);
};

test("reads each function with its captures, and each module", () => {
  const captures = 'time_1: __time_1, LIMIT: 3, LEAST: -1, IS_ON: true, NONE: undefined, SEPARATOR: ", } \\" `${"';
  const { functions, modules } = read(
    closureOf(
      [
        'const client_1 = require("@scope/client/dist-cjs/index.js");\n',
        framedFunction("__count", `${captures}, count: __count`, "async function /*count*/(a) {\n    return a;\n}"),
        framedFunction("__f0", "", "() => 1"),
      ],
      ["var __time_1 = {DAY_MS: 86400000};", '__time_1.text = "function (a) {";'],
    ),
  );
  expect(modules).toStrictEqual([{ variable: "client_1", module: "@scope/client/dist-cjs/index.js" }]);
  expect(functions.map(({ name, text }) => [name, text])).toStrictEqual([
    ["__count", "async function /*count*/(a) {\n    return a;\n}"],
    ["__f0", "() => 1"],
  ]);
  expect(Object.fromEntries(functions[0]?.captures ?? [])).toStrictEqual({
    time_1: "__time_1",
    LIMIT: "3",
    LEAST: "-1",
    IS_ON: "true",
    NONE: "undefined",
    SEPARATOR: '", } \\" `${"',
    count: "__count",
  });
});

const ONE = framedFunction("__f0", "a: __a", "() => a");

test.each([
  ["a frame that calls otherwise", ONE.replace(".apply(this, arguments)", ".call(this, ...arguments)")],
  ["a frame with one statement more", ONE.replace("    with(", "    const b = 1;\n    with(")],
  ["a captured `this`", ONE.replace("this: undefined", "this: __this")],
  ["no `arguments`", ONE.replace(", arguments: undefined", "")],
  ["an expression among the captures", ONE.replace("a: __a", "a: Promise.resolve(__a)")],
  ["an object among the captures", ONE.replace("a: __a", "a: {}")],
  ["captures that are spread", ONE.replace("a: __a", "...__a")],
  ["a class in place of a function", ONE.replace("() => a", "class { }")],
  ["another statement between the functions", `${ONE}const b = 1;\n`],
  ["a function without a frame", "function __f0() { return 1; }\n"],
])("refuses %s", (_what, functions) => {
  expect(() => read(closureOf([functions]))).toThrow(PIN);
});

test.each([
  ["a module among the captured values", ['var __a = {fs: require("fs")};']],
  ["a loop among the captured values", ["for (const a of []) ;"]],
])("refuses %s", (_what, values) => {
  expect(() => read(closureOf([ONE], values))).toThrow(PIN);
});

test.each([
  ["a handler that is no factory's result", closureOf([ONE]).replace("__f0()", "__f0")],
  ["a text without an export", closureOf([ONE]).replace("exports.handler", "exports.other")],
  ["a text without a function", "exports.handler = __f0();"],
])("refuses %s", (_what, text) => {
  expect(() => read(text)).toThrow(PIN);
});
