/** Tests the one rule of the pack that looks at a whole stack, because what closes a bucket is declared beside it. */
import { type Given, violations } from "../support/policyRules";

const TAGS = { tags: { "smart-vault:vault": "smart-vault-prod" } };

describe("the policy pack's rule on a bucket", () => {
  const bucket: Given = { type: "aws:s3/bucket:Bucket", props: { bucket: "b", ...TAGS } };
  const block = (props: object): Given => ({
    type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    props: {
      bucket: "b",
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
      ...props,
    },
  });
  const encryption = (sseAlgorithm: string): Given => ({
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    props: { bucket: "b", rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm } }] },
  });
  const versioning = (status: string): Given => ({
    type: "aws:s3/bucketVersioning:BucketVersioning",
    props: { bucket: "b", versioningConfiguration: { status } },
  });
  const closed = [bucket, block({}), encryption("aws:kms"), versioning("Enabled")];

  test("passes one that is closed, encrypted and versioned", async () => {
    expect(await violations(closed)).toStrictEqual([]);
  });

  test("reports all three on one without companions", async () => {
    expect(await violations([bucket])).toStrictEqual([
      "s3-buckets-closed: BucketPublicAccessBlock: there is none",
      "s3-buckets-closed: BucketServerSideEncryptionConfiguration: there is none",
      "s3-buckets-closed: BucketVersioning: there is none",
    ]);
  });

  test.each([
    [1, block({ restrictPublicBuckets: false }), "BucketPublicAccessBlock: restrictPublicBuckets not true"],
    [1, block({ bucket: "another" }), "BucketPublicAccessBlock: there is none"],
    [2, encryption("AES256"), "BucketServerSideEncryptionConfiguration: no rule for aws:kms"],
    [3, versioning("Suspended"), "BucketVersioning: status is not Enabled"],
  ])("reports one whose companion %i is weaker", async (index, worse, message) => {
    const given = closed.map((one, at) => (at === index ? worse : one));
    expect(await violations(given)).toStrictEqual([`s3-buckets-closed: ${message}`]);
  });
});
