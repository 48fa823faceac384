/**
 * observe: what is there now. Each part is read on its own, so that a DR region that is down does not stop the
 * primary region's backups: a part that could not be read is left out, told as a problem, and nothing that needs it
 * is planned.
 */
import type { VaultClients } from "./clients";
import {
  describeProtectedInstances,
  describeVaultSnapshots,
  describeVolumes,
  withVolumeFacts,
} from "./ec2Reads";
import { causeOf } from "./errors";
import type { Problem, ProtectedInstance, VaultPolicy, Wake, World } from "./types";

async function readInstances(clients: VaultClients, policy: VaultPolicy) {
  const { reader } = clients.primary;
  const instances = await describeProtectedInstances(reader, policy.tagKey, policy.tagValue);
  const volumes = await describeVolumes(
    reader,
    instances.map((instance) => instance.instanceId),
  );
  return withVolumeFacts(instances, volumes);
}

/** Runs one read; a failure becomes a problem that names what was not seen and what that stops. */
async function attempt<T>(
  read: () => Promise<T>,
  subject: string,
  consequence: string,
  problems: Problem[],
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const { code, message } = causeOf(error);
    problems.push({
      kind: "not-observed",
      subject,
      message: `could not read ${subject}: ${code}: ${message}; ${consequence}`,
      hint: "Check the role's rights and the region's health; the next sweep tries again.",
    });
    return undefined;
  }
}

/**
 * Reads the world: instances only where the wake may create (it has a slot), snapshots and copies always.
 * @returns records in the vault's own form; never throws
 */
export async function observe(
  clients: VaultClients,
  policy: VaultPolicy,
  wake: Wake,
): Promise<World> {
  const { vaultId, primaryRegion, drRegion } = policy;
  const problems: Problem[] = [];
  const readOf = (region: string, from: typeof clients.primary) => () =>
    describeVaultSnapshots(from.reader, region, vaultId);
  const [instances, snapshots, copies] = await Promise.all([
    wake.slot === undefined
      ? Promise.resolve<ProtectedInstance[] | undefined>(undefined)
      : attempt(
          () => readInstances(clients, policy),
          `instances in ${primaryRegion}`,
          "no snapshot was started",
          problems,
        ),
    attempt(
      readOf(primaryRegion, clients.primary),
      `snapshots in ${primaryRegion}`,
      "nothing was created, copied or pruned",
      problems,
    ),
    attempt(
      readOf(drRegion, clients.dr),
      `copies in ${drRegion}`,
      "nothing was copied or pruned",
      problems,
    ),
  ]);
  return { instances, snapshots, copies, problems };
}
