/**
 * Looks once a day for snapshots of others that carry the vault's tag. The vault finds its own by their Description, so
 * it never takes these for its own. But the person who tagged one may think that it is backed up.
 */
import { type VaultClients, ec2In } from "../aws/clients";
import type { ClockState } from "../model/memory/clockState";
import { describeStrangers } from "../aws/ec2Reads";
import { attempt } from "./attempt";
import { HOUR_MS, parseIso } from "../lib/time";
import type { CoreSettings } from "../model/settings";
import type { World } from "../model/world";
import type { Trigger } from "../model/trigger";

/** Shorter than a day, because sweeps come hourly, and late. */
const PAUSE_MS = 23 * HOUR_MS;

/**
 * Decides whether an invocation looks. Only a sweep does, so that the nightly run reads nothing more.
 * @param clock undefined if it could not be read; then another sweep looks
 */
export function looksForStrangers(trigger: Trigger, clock: ClockState | undefined, nowMs: number): boolean {
  if (trigger.kind !== "sweep" || clock === undefined) return false;
  return nowMs - (parseIso(clock.strangersAt ?? "") ?? -Infinity) >= PAUSE_MS;
}

/**
 * Adds the strangers of every region to the world. A region that could not be asked becomes a problem, or a throttled
 * read.
 */
export async function observeStrangers(
  clients: VaultClients,
  { vaultId, primaryRegion, dr }: CoreSettings,
  world: World,
): Promise<World> {
  const unseen = { problems: [...world.problems], throttled: [...world.throttled] };
  const found = await Promise.all(
    [primaryRegion, ...dr.map(({ region }) => region)].map((region) => {
      const { reader } = ec2In(clients, region);
      const subject = `snapshots with the vault's tag in ${region}`;
      const consequence = `the daily check for other people's snapshots in ${region} was left out`;
      return attempt(() => describeStrangers(reader, region, vaultId), subject, consequence, unseen);
    }),
  );
  const seen = found.every((one) => one !== undefined);
  return { ...world, ...unseen, ...(seen && { strangers: found.flat() }) };
}
