/**
 * Reads the current state. Each part is read separately, so that a DR region that is down does not stop the primary
 * region's backups. A part that could not be read is left out and reported as a problem. Nothing that needs it is
 * planned.
 */
import { type VaultClients, ec2In } from "../aws/clients";
import { type Look, type Missing, missingInstances } from "./dropouts";
import { describeExisting } from "../aws/ec2Existing";
import { describeProtectedInstances, describeVaultSnapshots } from "../aws/ec2Reads";
import { describeVolumes, withVolumeSpecs } from "../aws/ec2Volumes";
import { readKeyStates } from "./keyStates";
import type { Dropout } from "../model/dropout";
import type { Snapshot, World } from "../model/world";
import type { CoreSettings } from "../model/settings";
import { type Unseen, attempt } from "./attempt";

async function readInstances(clients: VaultClients, settings: CoreSettings) {
  const { reader } = ec2In(clients, settings.primaryRegion);
  const values = Object.keys(settings.policies);
  const instances = await describeProtectedInstances(reader, settings.tagKey, values);
  const volumes = await describeVolumes(
    reader,
    instances.map((instance) => instance.instanceId),
  );
  return withVolumeSpecs(instances, volumes);
}

/**
 * Reads the vault's snapshots, its copies in each DR region, and the states of its keys.
 * @returns records in the vault's own form; never throws
 */
export async function observe(clients: VaultClients, settings: CoreSettings): Promise<World> {
  const { vaultId, primaryRegion, dr } = settings;
  const unseen: Unseen = { problems: [], throttled: [] };
  const read = (region: string, what: string, consequence: string) => {
    const { reader } = ec2In(clients, region);
    const all = () => describeVaultSnapshots(reader, region, vaultId);
    return attempt(all, `${what} in ${region}`, consequence, unseen);
  };
  const copies: Record<string, Snapshot[]> = {};
  const readCopies = async (region: string) => {
    const seen = await read(region, "copies", "nothing was copied there or pruned");
    if (seen !== undefined) copies[region] = seen;
  };
  const [keys, snapshots] = await Promise.all([
    readKeyStates(clients, settings, unseen),
    read(primaryRegion, "snapshots", "nothing was created, copied or pruned"),
    ...dr.map(({ region }) => readCopies(region)),
  ]);
  return { snapshots, copies, keys, ...unseen };
}

/** Adds the protected instances to the world, only for an invocation that has a target slot. */
export async function observeInstances(clients: VaultClients, settings: CoreSettings, world: World): Promise<World> {
  const unseen = { problems: [...world.problems], throttled: [...world.throttled] };
  const instances = await attempt(
    () => readInstances(clients, settings),
    `instances in ${settings.primaryRegion}`,
    "no snapshot was started",
    unseen,
  );
  return { ...world, instances, ...unseen };
}

async function lookUp(
  clients: VaultClients,
  { primaryRegion }: CoreSettings,
  missing: readonly Missing[],
): Promise<Dropout[]> {
  const { reader } = ec2In(clients, primaryRegion);
  const existing = await describeExisting(
    reader,
    missing.map(({ instanceId }) => instanceId),
  );
  return missing.flatMap((one) => {
    const tags = existing.get(one.instanceId);
    return tags === undefined ? [] : [{ ...one, tags }];
  });
}

/** Adds the instances that dropped out of protection. No call is made on a night when no instance is missing. */
export async function observeDropouts(
  clients: VaultClients,
  settings: CoreSettings,
  world: World,
  look: Look,
): Promise<World> {
  if (world.instances === undefined || world.snapshots === undefined) return world;
  const missing = missingInstances(world.instances, settings, look);
  if (missing.length === 0) return world;
  const unseen = { problems: [...world.problems], throttled: [...world.throttled] };
  const dropouts = await attempt(
    () => lookUp(clients, settings, missing),
    `instances in ${settings.primaryRegion} that are not protected any more`,
    "they are not reported yet",
    unseen,
  );
  return { ...world, dropouts: dropouts ?? "unseen", ...unseen };
}
