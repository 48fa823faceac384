/**
 * Makes the AWS clients of a run: as the caller, and as a role whose session has no permissions but given statements.
 */
import { EC2Client } from "@aws-sdk/client-ec2";
import { KMSClient } from "@aws-sdk/client-kms";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { EC2ClientConfig } from "@aws-sdk/client-ec2";

type Credentials = NonNullable<EC2ClientConfig["credentials"]>;

export interface Clients {
  /** Makes a new client, as the caller or with a session's credentials. */
  ec2: (region: string, credentials?: Credentials) => EC2Client;
  kms: (region: string) => KMSClient;
  sts: (region: string) => STSClient;
}

/**
 * Clients that find credentials and endpoint in the SDK's own way. No call that creates is sent twice: see
 * src/vault/aws/clients.ts.
 */
export const sdkClients: Clients = {
  ec2: (region, credentials) => new EC2Client({ region, ...(credentials && { credentials }) }),
  kms: (region) => new KMSClient({ region }),
  sts: (region) => new STSClient({ region }),
};

/** Maximum characters of a session policy (STS API reference, AssumeRole). */
const MAX_POLICY = 2_048;

/** An hour, the most that role chaining allows. */
const SESSION_SECONDS = 3_600;

/**
 * Assumes the role.
 * @param statements all permissions of the session; absent: all that the role has
 * @throws what STS answers, or that the statements are too long
 */
export async function assume(
  sts: STSClient,
  roleArn: string,
  sessionName: string,
  statements?: readonly unknown[],
): Promise<Credentials> {
  const Policy = statements && JSON.stringify({ Version: "2012-10-17", Statement: statements });
  if (Policy !== undefined && Policy.length > MAX_POLICY) {
    throw new Error(`the session policy has ${Policy.length} characters, more than ${MAX_POLICY}`);
  }
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionName.slice(0, 64),
      DurationSeconds: SESSION_SECONDS,
      ...(Policy !== undefined && { Policy }),
    }),
  );
  return {
    accessKeyId: given?.AccessKeyId ?? "",
    secretAccessKey: given?.SecretAccessKey ?? "",
    sessionToken: given?.SessionToken ?? "",
  };
}

/** Returns the client with a change of each call's input: a dry run, say. */
function amended(client: EC2Client, change: (input: Record<string, unknown>) => Record<string, unknown>): EC2Client {
  client.middlewareStack.add((next) => (args) => next({ ...args, input: change({ ...args.input }) }), {
    step: "initialize",
    name: "amended",
  });
  return client;
}

/** Returns a client all of whose calls only ask whether they are allowed. */
export function dry(client: EC2Client): EC2Client {
  return amended(client, (input) => ({ ...input, DryRun: true }));
}

/** Returns a client whose copies are made under the account's default key. */
export function withDefaultKey(client: EC2Client): EC2Client {
  return amended(client, ({ KmsKeyId: _drKey, ...input }) => input);
}
