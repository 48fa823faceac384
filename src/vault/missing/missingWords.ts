/** Composes what a person reads about recovery points that somebody else deleted. Pure text. */
import { ALL, type GonePoints, type PointsLook } from "../model/memory/pointMemory";
import { type Problem, problem } from "../model/problem";
import { withCommand } from "../lib/text";

/** Kind of these problems. */
export const POINTS_MISSING = "recovery-points-missing";

/** Returns how many of the named recovery points a region has complete. */
function hasOf(region: string, { of, slots }: GonePoints, { wanted }: PointsLook): number {
  const mine = wanted.get(region)?.counts.get(of);
  return Object.entries(slots).filter(([slot, number]) => (mine?.get(slot) ?? 0) >= number).length;
}

/** Returns what other regions still have of them, and what the vault does with that. */
function leftOf(gone: GonePoints, look: PointsLook, primaryRegion: string): string {
  if (gone.of === ALL) return "";
  const others = [...look.wanted.keys()]
    .filter((region) => region !== gone.region)
    .map((region) => ({ region, number: hasOf(region, gone, look) }))
    .filter(({ number }) => number > 0);
  if (others.length === 0) return " No other region that the vault could read has any of these.";
  const texts = others.map(({ region, number }) => `${region} still has ${number} of these`);
  const isCopiedAgain = others.some(({ region }) => region === primaryRegion);
  return ` ${texts.join(", ")}${isCopiedAgain ? "; the vault copies them again" : ""}.`;
}

/**
 * Returns the command that shows who deleted snapshots. CloudTrail keeps such events for 90 days even without a trail.
 */
function whoDeleted(region: string): string {
  return `aws cloudtrail lookup-events --region ${region} --lookup-attributes AttributeKey=EventName,AttributeValue=DeleteSnapshot --query "Events[].[EventTime,Username,EventId]" --output table`;
}

function problemOf(gone: GonePoints, look: PointsLook, primaryRegion: string): Problem {
  const { region, of, since, count, slots } = gone;
  const mine = look.wanted.get(region)?.counts.get(of);
  const named = Object.keys(slots).sort();
  // In a DR region the present snapshot may be a copy that was made again.
  const isPart = region === primaryRegion && named.some((slot) => mine?.has(slot));
  const one = count === 1;
  const what = `${count} recovery point${one ? "" : "s"}${of === ALL ? "" : ` of ${of}`} in ${region}`;
  const verb = isPart ? `${one ? "lacks" : "lack"} snapshots` : one ? "is gone" : "are gone";
  const which = `${count > named.length ? "the newest of them " : ""}for ${named.join(", ")}`;
  return problem(
    "recovery-points-missing",
    `${of} in ${region} since ${since}`,
    `${what} ${verb}, and the vault did not delete ${one ? "it" : "them"}: ${which}.${leftOf(gone, look, primaryRegion)}`,
    withCommand(
      `See who deleted snapshots in ${region}`,
      whoDeleted(region),
      "The vault makes DR copies again if their sources still exist. The runbook's page says how to take snapshots back from the Recycle Bin.",
    ),
  );
}

/** Reports the recovery points that two looks missed. */
export function missingProblems(look: PointsLook, primaryRegion: string): Problem[] {
  return look.confirmed.map((gone) => problemOf(gone, look, primaryRegion));
}
