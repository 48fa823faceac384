/** Reports what failed in EC2 before this invocation and persists. Pure. */
import { latestStartedFirst } from "../inventory/order";
import { HOUR_MS, humanDuration, parseIso } from "../lib/time";
import { failuresBySlot, nextAttempt, serialSnapshots } from "../inventory/attempts";
import type { CoreSettings } from "../model/settings";
import type { Snapshot } from "../model/world";
import { type Problem, problem } from "../model/problem";
import { withCommand } from "../lib/text";

/** Reports snapshots that failed in EC2, once they are not attempted again. */
export function failedSnapshots(own: readonly Snapshot[], settings: CoreSettings, nowMs: number): Problem[] {
  const windowMs = settings.startWindowHours * HOUR_MS;
  return [...failuresBySlot(own).entries()].flatMap(([subject, failed]) => {
    const [latest] = [...failed].sort(latestStartedFirst);
    const slotMs = parseIso(latest?.identity.slot ?? "") ?? 0;
    const over = nextAttempt(failed, settings, nowMs) === "never" || nowMs - slotMs > windowMs;
    if (latest === undefined || !over) return [];
    // A volume that keeps only its last failed snapshot does not show how often it failed.
    const times = serialSnapshots(latest) === undefined ? ` ${failed.length} times` : "";
    return problem(
      "snapshot-errored",
      subject,
      `${latest.volumeId} of ${latest.identity.instanceId} has no recovery point for ${latest.identity.slot}: its snapshot failed in EC2${times}, last ${latest.snapshotId}: ${latest.stateMessage ?? "no reason given"}`,
      withCommand(
        "The next scheduled run takes a new snapshot. If that fails too, check the volume's key and its health",
        `aws ec2 describe-volume-status --region ${settings.primaryRegion} --volume-ids ${latest.volumeId}`,
      ),
    );
  });
}

/**
 * Reports copies that EC2 does not finish. They are not replaced, because they may still complete. A person can ask
 * AWS.
 */
export function stuckCopies(copies: readonly Snapshot[], settings: CoreSettings, nowMs: number): Problem[] {
  return copies
    .filter((copy) => copy.state === "pending")
    .filter((copy) => nowMs - copy.startTimeMs > settings.copyStuckHours * HOUR_MS)
    .map((copy) =>
      problem(
        "copy-stuck",
        copy.snapshotId,
        `the copy ${copy.snapshotId} of ${copy.identity.source?.snapshotId ?? "a snapshot"} in ${copy.region} is not usable yet: it has been pending for ${humanDuration(nowMs - copy.startTimeMs)}`,
        "The vault keeps waiting, because the copy can still complete, and keeps the copied snapshot. The first copy of a large volume takes long; if that is the reason, raise copyStuckHours. Otherwise ask AWS Support.",
      ),
    );
}
