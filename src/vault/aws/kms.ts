/** Makes the call to KMS. */
import { DescribeKeyCommand, type KMSClient } from "@aws-sdk/client-kms";
import { isoSeconds } from "../lib/time";
import type { KeyState } from "../model/world";

/** Returns the state of a key, by its ARN. */
export async function describeKey(client: KMSClient, keyArn: string): Promise<KeyState> {
  const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: keyArn }));
  const { KeyState: state, DeletionDate } = KeyMetadata ?? {};
  return {
    state: state ?? "unknown",
    ...(DeletionDate && { deletedAt: isoSeconds(DeletionDate.getTime()) }),
  };
}
