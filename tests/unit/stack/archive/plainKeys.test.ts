/** Tests that the SDK's schemas get plain keys, and that any other form of them stops the deployment. */
import { checkSeen, withPlainKeys } from "../../../../src/stack/archive/plainKeys";

const NAME = "@aws-sdk/client-ec2";
const PIN = /@aws-sdk\/client-ec2 [\d.]+ writes a form that .*: pin @aws-sdk\/client-ec2 in package\.json/;
const HEAD = 'const _xN = "xmlName";\nconst _eQN = "ec2QueryName";\nconst _Own = "Owner";\n';

test("writes the constants that name keys as texts, and nothing else", () => {
  const text = `${HEAD}export var A$ = [3, n0, [_Own], [[() => B, { [_xN]: _Own }], [1, { [_eQN]: \`Own\`,\n  [_xN]: _Own }]]];\n`;
  expect(withPlainKeys(text, NAME)).toBe(
    `${HEAD}export var A$ = [3, n0, [_Own], [[() => B, { "xmlName": _Own }], [1, { "ec2QueryName": \`Own\`,\n  "xmlName": _Own }]]];\n`,
  );
});

test.each([
  ["a key from elsewhere", `${HEAD}export var A$ = [{ [_other]: 1 }];`],
  ["a key of another module", `${HEAD}export var A$ = [{ [names.xN]: 1 }];`],
  ["no computed key", `${HEAD}export var A$ = [{ xmlName: _Own }];`],
  ["constants of another form", 'var _xN = "xmlName";\nexport var A$ = [{ [_xN]: 1 }];'],
])("refuses %s", (_what, text) => {
  expect(() => withPlainKeys(text, NAME)).toThrow(PIN);
});

test("refuses a client whose schemas are elsewhere", () => {
  expect(() => {
    checkSeen(new Set([NAME]), [NAME, "croner"]);
  }).not.toThrow();
  expect(() => {
    checkSeen(new Set(["@aws-sdk/client-sns"]), [NAME]);
  }).toThrow(PIN);
});
