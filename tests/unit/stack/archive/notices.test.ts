/** Tests that each bundled package ships with the text that its license asks for. */
import { noticesOf } from "../../../../src/stack/archive/notices";

const packages = (...names: string[]) => names.map((name) => ({ path: `node_modules/${name}`, imports: [] }));

test("lists each package with version and license, and has the text of each license once", () => {
  const text = noticesOf(packages("@aws-sdk/client-ec2", "@aws-sdk/client-kms", "croner"));
  expect(text).toMatch(/^@aws-sdk\/client-ec2@[\d.]+: Apache-2\.0$/m);
  expect(text).toMatch(/^croner@[\d.]+: MIT$/m);
  expect(text).toContain("Permission is hereby granted");
  expect(text.match(/TERMS AND CONDITIONS FOR USE/g)).toHaveLength(1);
  expect(text).toMatch(/@aws-sdk\/client-ec2@[\d.]+\n@aws-sdk\/client-kms@[\d.]+\n\nApache License/);
});

test("takes the text for a package without one from a package under the same license", () => {
  const text = noticesOf(packages("@aws-sdk/client-ec2", "@aws-sdk/nested-clients"));
  expect(text).toMatch(/^@aws-sdk\/nested-clients@[\d.]+: Apache-2\.0$/m);
});

test("refuses a package whose license's text is nowhere", () => {
  expect(() => noticesOf(packages("@aws-sdk/nested-clients", "croner"))).toThrow(
    /^archive: @aws-sdk\/nested-clients@[\d.]+ ships under "Apache-2\.0" and comes without its text$/,
  );
});

test("asks for no text where the license asks for none", () => {
  expect(noticesOf(packages("@aws-lambda-powertools/logger"))).toMatch(/logger@[\d.]+: MIT-0\n$/);
});
