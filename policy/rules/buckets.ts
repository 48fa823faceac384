/** Rules about S3 buckets. Separate resources close a bucket, so the rule looks at the whole stack. */
import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { type Props, isObject, listOf } from "../resource";

/** Returns what is wrong with a companion, or `undefined`. */
type Check = (props: Props) => string | undefined;

const SWITCHES = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** Each bucket needs one of these, in order. */
const COMPANIONS: Readonly<Record<string, Check>> = {
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (props) => {
    const open = SWITCHES.filter((name) => props[name] !== true);
    return open.length === 0 ? undefined : `${open.join(", ")} not true`;
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ({ rules }) => {
    const byDefault = listOf(rules).map((one) => (isObject(one) ? one.applyServerSideEncryptionByDefault : undefined));
    const algorithms = byDefault.map((one) => (isObject(one) ? one.sseAlgorithm : undefined));
    return algorithms.includes("aws:kms") ? undefined : "no rule for aws:kms";
  },
  "aws:s3/bucketVersioning:BucketVersioning": ({ versioningConfiguration }) =>
    isObject(versioningConfiguration) && versioningConfiguration.status === "Enabled"
      ? undefined
      : "status is not Enabled",
};

/** Returns true if a companion belongs to a bucket: its input `bucket` is the bucket's name, which is its id. */
function belongsTo(bucket: PolicyResource, { props }: PolicyResource): boolean {
  const own = (bucket.props as Props).bucket ?? (bucket.props as Props).id;
  return (props as Props).bucket === own;
}

export const bucketsAreClosed: StackValidationPolicy = {
  name: "s3-buckets-closed",
  description: "Every bucket blocks public access, encrypts under KMS and keeps versions",
  validateStack: ({ resources }, report) => {
    for (const bucket of resources.filter(({ type }) => type === "aws:s3/bucket:Bucket")) {
      for (const [type, check] of Object.entries(COMPANIONS)) {
        const kind = type.split(":").pop() ?? type;
        const mine = resources.find((other) => other.type === type && belongsTo(bucket, other));
        const error = mine === undefined ? "there is none" : check(mine.props as Props);
        if (error !== undefined) report(`${kind}: ${error}`, bucket.urn);
      }
    }
  },
};
