/** `vault show`: all that is known of one recovery point. */
import { isoSeconds } from "../../vault/lib/time";
import type { Answer, Context } from "../context";
import { EXIT } from "../exitCodes";
import { blobSizes } from "../../restore/blobs";
import { findBlobs } from "../points/blobs";
import { findCapture } from "../points/capture";
import { factsOf } from "../points/facts";
import { findPoint } from "../points/ref";
import { pointsOf } from "../points/points";
import { renderPoint } from "../print/pointPage";
import { pointJson } from "../print/points";
import { findVault, readVault } from "../reading/reading";
import { reasonsBy } from "../points/reasons";

/** Shows a recovery point. */
export async function show(context: Context, ref: string): Promise<Answer> {
  const { nowMs, region } = context;
  const known = await findVault(context);
  const { reads, notes } = await readVault(known);
  const points = pointsOf(reads, known.settings, reasonsBy(reads, known.settings, nowMs));
  const point = findPoint(ref, points, { region, nowMs });
  const { instanceId, slot } = point;
  const everywhere = points.filter((one) => one.instanceId === instanceId && one.slot === slot);
  const { capture, note } = await findCapture(point, known);
  const facts = factsOf(point, [point, ...everywhere.filter((one) => one !== point)], capture);
  const { launch, ...others } = facts;
  const slots = launch?.blobSlots;
  const { blobs, notes: unread } = await findBlobs(point, {
    vault: known,
    ...(capture !== undefined && { capture }),
    ...(slots !== undefined && { slots }),
  });
  const sizes = blobSizes(blobs);
  return {
    exitCode: EXIT.done,
    heading: `${known.vaultId}: ${instanceId} of ${isoSeconds(point.takenMs)} in ${point.region}. Times are UTC.`,
    body: (look) => renderPoint(point, { ...facts, blobSizes: sizes }, nowMs, look),
    data: {
      vaultId: known.vaultId,
      recoveryPoint: pointJson(point, nowMs),
      ...others,
      blobSizes: sizes,
      ...(launch !== undefined && { launch }),
    },
    notes: [...known.notes, ...notes, ...(note === undefined ? [] : [note]), ...unread],
    next: [[`vault list ${instanceId} --region ${region}`, "the other recovery points of this instance"]],
  };
}
