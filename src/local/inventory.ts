/** The fleet of a rehearsal: the bundled one, or the JSON that `aws ec2 describe-instances` prints. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Instance, Volume } from "@aws-sdk/client-ec2";
import { EXCLUDE_VALUE } from "../vault/tags";
import { userError } from "./python";

export interface Inventory {
  /** Where it came from, for people. */
  source: string;
  instances: Instance[];
  volumes: Volume[];
}

const BUNDLED = join(__dirname, "fleet");

function readJson(option: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw userError(`${option}: expected a JSON file, got ${file}: ${why}`);
  }
}

/** The list under a key of a JSON object. */
function listAt(json: unknown, key: string): unknown[] | undefined {
  const record = typeof json === "object" ? (json as Record<string, unknown> | null) : null;
  const value = record?.[key];
  return Array.isArray(value) ? value : undefined;
}

/** `{"Reservations":[{"Instances":[…]}]}`; each instance must have an id. */
function parseInstances(json: unknown, file: string): Instance[] {
  const reservations = listAt(json, "Reservations") as { Instances?: Instance[] }[] | undefined;
  const instances = reservations?.flatMap(({ Instances }) => Instances ?? []);
  if (instances === undefined || instances.some(({ InstanceId }) => InstanceId === undefined)) {
    throw userError(
      `--inventory: expected what \`aws ec2 describe-instances\` prints, with Reservations[].Instances[].InstanceId, got ${file} without`,
    );
  }
  return instances.filter(({ State }) => State?.Name !== "terminated");
}

/**
 * The volumes that a stack backs up, in the inventory's order.
 * @param tag what protects an instance, by any of its values
 */
export function protectedVolumes(
  { instances, volumes }: Inventory,
  tag: { key: string; values: readonly string[] },
): string[] {
  const valueIn = (tags: Instance["Tags"]) => tags?.find(({ Key }) => Key === tag.key)?.Value;
  const excluded = volumes.filter(({ Tags }) => valueIn(Tags) === EXCLUDE_VALUE);
  const left = new Set(excluded.map(({ VolumeId }) => VolumeId));
  const backedUp = instances
    .filter(({ Tags }) => tag.values.includes(valueIn(Tags) ?? ""))
    .flatMap(({ BlockDeviceMappings = [] }) => BlockDeviceMappings.map(({ Ebs }) => Ebs?.VolumeId))
    .filter((volumeId) => volumeId !== undefined && !left.has(volumeId));
  return [...new Set(backedUp)] as string[];
}

/**
 * @param inventoryFile output of `aws ec2 describe-instances`
 * @param volumesFile output of `aws ec2 describe-volumes`: sizes, types and tags; without it each volume is 8 GiB of gp3
 * @throws a user error that names option, expected and got
 */
export function readInventory(inventoryFile?: string, volumesFile?: string): Inventory {
  const bundled = inventoryFile === undefined;
  const instancesAt = inventoryFile ?? join(BUNDLED, "instances.json");
  const volumesAt = volumesFile ?? (bundled ? join(BUNDLED, "volumes.json") : undefined);
  const instances = parseInstances(readJson("--inventory", instancesAt), instancesAt);
  const volumes =
    volumesAt === undefined
      ? []
      : (listAt(readJson("--volumes", volumesAt), "Volumes") as Volume[] | undefined);
  if (volumes === undefined) {
    throw userError(
      `--volumes: expected what \`aws ec2 describe-volumes\` prints, with Volumes[], got ${volumesAt ?? ""} without`,
    );
  }
  return { source: bundled ? "the bundled fleet" : instancesAt, instances, volumes };
}
