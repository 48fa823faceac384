/** Statement of every bucket's policy: it denies requests without TLS. */
import type * as aws from "@pulumi/aws";

export function tlsOnly(bucketArn: string): aws.types.input.iam.PolicyStatement {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
