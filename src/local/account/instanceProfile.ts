/** Makes an instance profile in the emulated account. There is no IAM client among our packages: its query protocol is one line. */

/** Returns the ARN of a new instance profile. */
export async function makeInstanceProfile(endpoint: string, name: string): Promise<string> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      authorization: "AWS4-HMAC-SHA256 Credential=test/20260601/us-east-1/iam/aws4_request, Signature=none",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: `Action=CreateInstanceProfile&Version=2010-05-08&InstanceProfileName=${name}`,
  });
  const [, arn = ""] = /<Arn>(.*?)<\/Arn>/.exec(await response.text()) ?? [];
  return arn;
}
