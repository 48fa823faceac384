/** Tests which target verify:aws takes: the stack's files, overridden by the options. */
import { readOptions } from "../../../src/verify/options";
import { wantedOf } from "../../../src/verify/target";

const refuse = (code: number): never => {
  throw new Error(`ended ${code}`);
};

const KEY = "arn:aws:kms:us-west-2:123456789012:key/1234";

describe("what verify:aws verifies", () => {
  it("is the stack's regions, with its key by alias", () => {
    expect(wantedOf(readOptions([], refuse))).toMatchObject({
      stack: "dev",
      vaultId: "smart-vault-dev",
      primaryRegion: "us-east-1",
      drRegion: "us-west-2",
    });
  });

  it("is what the options say", () => {
    const args = ["--primary-region", "eu-west-1", "--dr-region", "us-west-2", "--dr-key", KEY];
    expect(wantedOf(readOptions(args, refuse))).toMatchObject({
      primaryRegion: "eu-west-1",
      drKey: KEY,
    });
  });

  it.each([
    [["--dr-region", "us-east-1"], "--dr-region: expected a region other than us-east-1"],
    [["--primary-region", "here"], '--primary-region: expected a region such as us-east-1, got "here"'],
    [["--dr-key", "alias/x"], '--dr-key: expected the ARN of a KMS key, got "alias/x"'],
    [["--dr-region", "eu-west-1", "--dr-key", KEY], "--dr-key: expected a key in eu-west-1, got one in us-west-2"],
    [["--role", "admin"], '--role: expected the ARN of a role, got "admin"'],
  ])("is refused with what was expected: %j", (args, message) => {
    expect(() => wantedOf(readOptions(args, refuse))).toThrow(message);
  });
});
