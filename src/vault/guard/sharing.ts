/**
 * Asks whom a snapshot is shared with just before it is deleted, because no list shows that. A snapshot is free only if
 * it is seen not to be shared.
 *
 * EC2 charges nothing for these reads and refills 20 per second (AWS, "Request throttling for the Amazon EC2 API").
 */
import { type VaultClients, ec2In } from "../aws/clients";
import { describeSharing } from "../aws/ec2Reads";
import type { Cause } from "../model/cause";
import { causeOf, meaningOf } from "../aws/errors";
import { type Findings, keepHeld, note, unread } from "./findings";
import { sharedHold, sharedNotice } from "./holds";
import type { DeleteAction } from "../model/actions";

/**
 * Sharing of one snapshot:
 * - `free`: it is shared with nobody
 * - `held`: it is shared, so it must not be deleted
 * - `gone`: somebody else has deleted it
 * - `unknown`: it could not be read
 */
export type Sharing =
  { is: "free" } | { is: "held"; held: string } | { is: "gone" } | { is: "unknown"; cause: Cause; stopLane?: string };

/**
 * Asks whom a snapshot is shared with. Never throws.
 * @param findings receives what is found out
 */
export async function askSharing(clients: VaultClients, action: DeleteAction, findings: Findings): Promise<Sharing> {
  const { region, snapshotId } = action;
  try {
    const sharedWith = await describeSharing(ec2In(clients, region).reader, snapshotId);
    if (sharedWith.length === 0) return { is: "free" };
    const held = sharedHold(sharedWith);
    keepHeld(findings, action, held);
    findings.problems.push(sharedNotice(action, sharedWith));
    return { is: "held", held };
  } catch (error) {
    const cause = causeOf(error);
    const meaning = meaningOf(cause);
    if (meaning === "gone") return { is: "gone" };
    const what = `whom snapshots in ${region} are shared with`;
    note(findings, cause, unread(what, `some snapshots in ${region} were not deleted`, cause));
    // A limit or a missing permission would stop the next call as well.
    const stops = meaning === "limit" || meaning === "denied";
    return { is: "unknown", cause, ...(stops && { stopLane: cause.code }) };
  }
}
