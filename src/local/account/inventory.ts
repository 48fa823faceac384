/** Reads the fleet of a rehearsal: the bundled one, or the JSON that `aws ec2 describe-instances` prints. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Instance, InstanceStateName, Volume } from "@aws-sdk/client-ec2";
import { EXCLUDE_VALUE } from "../../vault/model/tags/tags";
import { ACCOUNT_ID } from "./accountId";
import { agreedVolumes } from "./inventory/agreement";
import { type FleetInstance, readInstances } from "./inventory/instances";
import { readJsonFile } from "./inventory/jsonFile";
import type { Place } from "./inventory/place";
import { readVolumes } from "./inventory/volumes";

export interface Inventory {
  /** Name of its source, for people. */
  source: string;
  /** Instances; one that is changing its state has reached the next one, as it has when the first backup is made. */
  instances: FleetInstance["instance"][];
  volumes: Volume[];
  /** The state in the file, by instance, if the vault finds another one. */
  stateBefore: Readonly<Record<string, string>>;
  /** Id of the account that the fleet belongs to, if the file has it. */
  ownerId: string | undefined;
}

/** Files of a fleet. */
export interface InventoryFiles {
  /** Output of `aws ec2 describe-instances`. */
  inventory?: string | undefined;
  /** Output of `aws ec2 describe-volumes`; without it each volume is 8 GiB of gp3, or of io2 if instances share it. */
  volumes?: string | undefined;
}

const BUNDLED = join(__dirname, "fleet");

/** States that an instance reaches within minutes, by the state before (EC2 user guide, "Instance lifecycle"). */
const ARRIVES: Partial<Record<InstanceStateName, InstanceStateName>> = {
  pending: "running",
  stopping: "stopped",
  "shutting-down": "terminated",
};

/** States in which the vault finds no instance any more. */
const GONE: readonly string[] = ["terminated", "shutting-down"];

/**
 * Returns the volumes that a stack backs up, in the inventory's order.
 * @param tag the tag that protects an instance, by any of its values
 */
export function protectedVolumes(
  { instances, volumes }: Pick<Inventory, "instances" | "volumes">,
  tag: { key: string; values: readonly string[] },
): string[] {
  const valueIn = (tags: Instance["Tags"]) => tags?.find(({ Key }) => Key === tag.key)?.Value;
  const excluded = volumes.filter(({ Tags }) => valueIn(Tags) === EXCLUDE_VALUE);
  const left = new Set(excluded.map(({ VolumeId }) => VolumeId));
  const backedUp = instances
    .filter(({ State }) => !GONE.includes(State.Name))
    .filter(({ Tags }) => tag.values.includes(valueIn(Tags) ?? ""))
    .flatMap(({ BlockDeviceMappings = [] }) => BlockDeviceMappings.map(({ Ebs }) => Ebs?.VolumeId))
    .filter((volumeId) => volumeId !== undefined && !left.has(volumeId));
  return [...new Set(backedUp)] as string[];
}

/** Returns the account that the file says, or else the one that the keys of all volumes are in. */
function ownerOf(instances: readonly FleetInstance[], volumes: readonly Volume[]): string | undefined {
  const said = instances.find(({ ownerId }) => ownerId !== undefined)?.ownerId;
  const accounts = new Set(volumes.flatMap(({ KmsKeyId }) => KmsKeyId?.split(":")[4] ?? []));
  return said ?? (accounts.size === 1 ? [...accounts][0] : undefined);
}

/** Returns a text in which the fleet's own account is the emulated one. */
export function inEmulatedAccount(text: string, ownerId: string | undefined): string {
  return ownerId === undefined || !/^\d{12}$/.test(ownerId) ? text : text.replaceAll(`:${ownerId}:`, `:${ACCOUNT_ID}:`);
}

function settled({ instance }: FleetInstance): FleetInstance["instance"] {
  const Name = ARRIVES[instance.State.Name] ?? instance.State.Name;
  const isGone = Name === "terminated";
  return { ...instance, State: { Name }, ...(isGone && { BlockDeviceMappings: [] }) };
}

/** Output of the two commands, read but not checked. */
interface Printed {
  source: string;
  instances: Place;
  volumes?: Place | undefined;
}

function inventoryFrom({ source, instances: file, volumes: other }: Printed, region: string): Inventory {
  const instances = readInstances(file, region);
  const volumes = agreedVolumes(instances, other && readVolumes(other, region));
  const ownerId = ownerOf(instances, volumes);
  const moved = instances.filter(({ instance }) => ARRIVES[instance.State.Name] !== undefined);
  return {
    source,
    instances: instances.map(settled),
    volumes: volumes.map(({ KmsKeyId, ...volume }) => ({
      ...volume,
      ...(KmsKeyId !== undefined && { KmsKeyId: inEmulatedAccount(KmsKeyId, ownerId) }),
    })),
    stateBefore: Object.fromEntries(moved.map(({ instance }) => [instance.InstanceId, instance.State.Name])),
    ownerId,
  };
}

/**
 * Returns a fleet as a vault in the region would see it.
 * @param instances the value that `aws ec2 describe-instances` prints
 * @param volumes the value that `aws ec2 describe-volumes` prints; `undefined`: see {@link InventoryFiles}
 * @throws a user error of one line that names option, instance or volume, field, what was expected and what was found
 */
export function inventoryOf(instances: unknown, volumes: unknown, region: string): Inventory {
  const place = (option: string, value: unknown): Place => ({ option, path: "", value });
  return inventoryFrom(
    {
      source: "a fleet",
      instances: place("--inventory", instances),
      volumes: volumes === undefined ? undefined : place("--volumes", volumes),
    },
    region,
  );
}

/** Returns the bundled fleet, moved to the region. */
function bundled(file: string, option: string, region: string): Place {
  const text = readFileSync(join(BUNDLED, file), "utf8").replaceAll("us-east-1", region);
  return { option, path: "", value: JSON.parse(text) as unknown };
}

/** Reads a fleet from files. @throws as {@link inventoryOf} does, and for a file that is no JSON */
export function readInventory({ inventory, volumes }: InventoryFiles, region: string): Inventory {
  const given = volumes === undefined ? undefined : readJsonFile("--volumes", volumes, "aws ec2 describe-volumes");
  if (inventory === undefined) {
    return inventoryFrom(
      {
        source: "the bundled fleet",
        instances: bundled("instances.json", "--inventory", region),
        volumes: given ?? bundled("volumes.json", "--volumes", region),
      },
      region,
    );
  }
  const instances = readJsonFile("--inventory", inventory, "aws ec2 describe-instances");
  return inventoryFrom({ source: inventory, instances, volumes: given }, region);
}
