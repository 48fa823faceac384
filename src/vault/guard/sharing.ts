/**
 * Whom a snapshot is shared with: asked of each just before it is deleted, since no list tells it. Only what is seen to be
 * shared with nobody is free.
 *
 * EC2 charges nothing for these reads and refills 20 a second (AWS, "Request throttling for the Amazon EC2 API").
 */
import { type VaultClients, ec2In } from "../aws/clients";
import { describeSharing } from "../aws/ec2Reads";
import type { Cause } from "../model/cause";
import { causeOf, meaningOf } from "../aws/errors";
import { type Findings, keepHeld, note, unread } from "./findings";
import { sharedHold, sharedNotice } from "./holds";
import type { DeleteAction } from "../model/actions";

/**
 * - `free`: nobody else has a part in it
 * - `held`: it is shared: not to be deleted
 * - `gone`: somebody else has deleted it
 * - `unknown`: it could not be asked
 */
export type Sharing =
  { is: "free" } | { is: "held"; held: string } | { is: "gone" } | { is: "unknown"; cause: Cause; stopLane?: string };

/** @param findings what is found out is noted here; never throws */
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
    note(findings, cause, unread(what, "what could not be looked at was not pruned", cause));
    // A limit or a missing right is the next one's too.
    const stops = meaning === "limit" || meaning === "denied";
    return { is: "unknown", cause, ...(stops && { stopLane: cause.code }) };
  }
}
