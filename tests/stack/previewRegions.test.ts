import { previewStack } from "../support/stackProgram";

test("declares a key and a bin per region in a first preview of two DR regions and a primary key", async () => {
  const vault = "smart-vault-prod";
  const { list: declared } = await previewStack("prod", [
    "drRegion=",
    'drRegions=["us-west-2","eu-west-1"]',
    "encryptPrimary=true",
  ]);
  expect(declared.filter((line) => /:kms|:rbin/.test(line))).toStrictEqual([
    `aws:kms/alias:Alias ${vault}-eu-west-1`,
    `aws:kms/alias:Alias ${vault}-us-east-1`,
    `aws:kms/alias:Alias ${vault}-us-west-2`,
    `aws:kms/key:Key ${vault}-eu-west-1`,
    `aws:kms/key:Key ${vault}-us-east-1`,
    `aws:kms/key:Key ${vault}-us-west-2`,
    `aws:rbin/rule:Rule ${vault}`,
    `aws:rbin/rule:Rule ${vault}-eu-west-1`,
    `aws:rbin/rule:Rule ${vault}-us-west-2`,
  ]);
  expect(declared).toContain(`aws:lambda/function:Function ${vault}`);
});
