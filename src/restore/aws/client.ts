/** The one client that a restore works with: of the region that it restores in, and no other. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { SECOND_MS } from "../../vault/lib/time";

/** A client of one region. */
export type RestoreClient = EC2Client;

/**
 * Returns the client of a region. It sends a call again after a lost answer: creating calls carry a token or a name, so that
 * nothing is made twice (AWS, "Ensuring idempotency in Amazon EC2 API requests").
 */
export function restoreClient(region: string): RestoreClient {
  const requestHandler = {
    connectionTimeout: 5 * SECOND_MS,
    requestTimeout: 30 * SECOND_MS,
    throwOnRequestTimeout: true,
  };
  return new EC2Client({ region, maxAttempts: 3, requestHandler });
}
