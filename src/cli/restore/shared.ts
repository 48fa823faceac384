/**
 * Volumes that several instances shared: the vault takes one snapshot of each, in the recovery point of one of them, and no tag
 * says which instances there were. A capture does. Pure.
 */
import { type RestoredShared, ownerText, restoredOf } from "../../restore/choose/shared";
import type { RestoreSource, SharedVolume } from "../../restore/source";
import { HOUR_MS } from "../../vault/lib/time";
import type { Capture } from "../points/capture";
import { factsOf } from "../points/facts";
import type { Point } from "../points/points";
import { volumeOf } from "./sourceVolume";

/** Returns the points of other instances whose data are of the same time. */
function othersAt({ instanceId, takenMs }: Point, points: readonly Point[]): Point[] {
  return points.filter((one) => one.instanceId !== instanceId && Math.abs(one.takenMs - takenMs) < HOUR_MS);
}

/**
 * Returns the volumes that an instance may have shared with others, whose recovery points have them.
 * @param capture of the instance, which says what it used, and at which device; without it nothing is certain
 */
export function sharedWith(point: Point, points: readonly Point[], capture?: Capture): SharedVolume[] {
  return othersAt(point, points).flatMap((other) => {
    const facts = factsOf(other, [other]);
    const multi = facts.volumes.filter(({ multiAttach }) => multiAttach === true);
    return multi.flatMap(({ volumeId }): SharedVolume[] => {
      const used = capture?.volumes.find((one) => one.volumeId === volumeId);
      if (capture !== undefined && used === undefined) return [];
      return volumeOf(facts, other, volumeId).map((volume) => ({
        volume: { ...volume, device: used?.device ?? volume.device },
        owner: other.instanceId,
        ownerName: other.name,
        isCertain: used !== undefined,
      }));
    });
  });
}

/** Says of each shared volume that is not attached what to type for it. */
export function sharedNotes({ shared, region }: RestoreSource, restored: readonly RestoredShared[]): string[] {
  return shared.map((one) => {
    const { volume, owner, isCertain } = one;
    const made = restoredOf(one, restored).map(({ volumeId }) => volumeId);
    const [only] = made;
    const isOne = made.length === 1;
    const what = isCertain
      ? `${volume.device} was shared, and comes with the recovery point of ${ownerText(one)}. `
      : `${volume.device} of ${ownerText(one)} was for several instances. If this one used it, `;
    const then = (text: string) => what + (isCertain ? text.replace(/^./, (first) => first.toUpperCase()) : text);
    if (only === undefined) {
      const option = isCertain ? "--shared" : "--shared vol-…, its new volume";
      const first = `vault restore ${owner} --launch --region ${region}`;
      return then(`restore that first (${first}), then this one with ${option}`);
    }
    const attaching = isOne
      ? `attach it with ${isCertain ? "--shared" : `--shared ${only}`}`
      : "attach one of them with --shared vol-…";
    return then(`it is restored as ${made.join(", ")}: ${attaching}`);
  });
}
