/**
 * Gives records that tests write by their tags an identity: what the Description would say if the vault had made them.
 */
import { TAG } from "../../src/vault/model/tags/tags";
import { parseIso } from "../../src/vault/lib/time";
import type { Doubt, Identity } from "../../src/vault/model/identity";
import type { Snapshot, Tags } from "../../src/vault/model/world";

/** Returns the identity that tags repeat. */
function identityOf(tags: Tags, startTimeMs: number): Identity {
  const { [TAG.sourceSnapshot]: snapshotId, [TAG.sourceVolume]: volumeId } = tags;
  const startedMs = parseIso(tags[TAG.sourceStarted] ?? "") ?? startTimeMs;
  return {
    vaultId: tags[TAG.vault] ?? "",
    instanceId: tags[TAG.instance] ?? "",
    slot: tags[TAG.slot] ?? "",
    ...(snapshotId !== undefined && volumeId !== undefined && { source: { snapshotId, volumeId, startedMs } }),
  };
}

/** Puts a record in doubt that has another vault's tags or lacks some. */
function doubtOf({ vaultId, instanceId, slot }: Identity, ownVaultId: string): Doubt | undefined {
  const isOwn = vaultId === ownVaultId && instanceId !== "" && slot !== "";
  return isOwn ? undefined : { of: "identity", what: "made by somebody else" };
}

/** Gives a record the identity that its tags repeat, unless it has one. */
export function identify(record: Omit<Snapshot, "identity"> & Partial<Snapshot>, vaultId: string): Snapshot {
  const identity = record.identity ?? identityOf(record.tags, record.startTimeMs);
  const doubt = record.doubt ?? doubtOf(identity, vaultId);
  return { ...record, identity, ...(doubt && { doubt }) };
}
