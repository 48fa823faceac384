/** One recovery point as a page of text. Pure. */
import { isoSeconds } from "../../vault/lib/time";
import type { BlobName } from "../../vault/model/launchSpec";
import type { Tags } from "../../vault/model/world";
import { launchGroups } from "../points/launchGroups";
import type { PointFacts, VolumeFacts } from "../points/facts";
import type { Point } from "../points/points";
import { ageText } from "../times";
import type { Look } from "./look";
import { oneLine } from "./table";

const NOT_CAPTURED = "not captured";
const LABEL = 22;

function row(label: string, value: string | undefined): string {
  return `  ${oneLine(label).padEnd(LABEL)}${value === undefined || value === "" ? NOT_CAPTURED : oneLine(value)}`;
}

function tagsText(tags: Tags): string {
  const all = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
  return all.length === 0 ? "none" : all.join(" ");
}

function volumeLines({ volumeId, device, role, type, snapshotIds, tags, ...flags }: VolumeFacts): string[] {
  const size = flags.sizeGiB === undefined ? NOT_CAPTURED : `${flags.sizeGiB} GiB`;
  const speed = [
    type ?? `type ${NOT_CAPTURED}`,
    size,
    ...(flags.iops === undefined ? [] : [`${flags.iops} IOPS`]),
    ...(flags.throughputMiBps === undefined ? [] : [`${flags.throughputMiBps} MiB/s`]),
  ];
  const others = [
    ...(flags.deleteOnTermination === undefined
      ? [`deletion with the instance ${NOT_CAPTURED}`]
      : [flags.deleteOnTermination ? "deleted with the instance" : "kept without the instance"]),
    ...(flags.multiAttach ? ["multi-attach"] : []),
    ...(flags.kmsKeyEnd === undefined ? [] : [`key …${flags.kmsKeyEnd}`]),
  ];
  const snapshots = Object.entries(snapshotIds).map(([region, id]) => row(`snapshot ${region}`, id));
  return [
    row("volume", `${volumeId}, ${device ?? `device ${NOT_CAPTURED}`}, ${role ?? `role ${NOT_CAPTURED}`}`),
    row("", speed.join(", ")),
    row("", others.join(", ")),
    ...(snapshots.length > 0 ? snapshots : [row("snapshot", "none was found")]),
    row("volume tags", tagsText(tags)),
  ];
}

/** Facts of a point, with the sizes of its user data and UEFI variables in bytes. What they are is not shown. */
export interface ShownFacts extends PointFacts {
  blobSizes: Partial<Record<BlobName, number>>;
}

function sizeText(bytes: number | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  return bytes === 0 ? "none" : `${bytes} bytes, in a capture`;
}

/** Returns the page. */
export function renderPoint(point: Point, facts: ShownFacts, nowMs: number, { colors }: Look): string {
  const { takenMs, instanceId, name, state, fault, expiresMs, kept, due } = point;
  const title = (text: string) => colors.bold(text);
  const groups = facts.launch === undefined ? [] : launchGroups(facts.launch);
  const keptText = due === undefined ? (kept ?? "unknown without the vault's settings") : `due for deletion: ${due}`;
  return [
    title("recovery point"),
    row("taken", `${isoSeconds(takenMs)} (${ageText(takenMs, nowMs)} ago)`),
    row("slot", point.slot),
    row("region", point.region),
    row("state", fault === undefined ? state : `${state}: ${fault}`),
    row("volumes", `${point.volumes} of ${point.setSize}, ${point.gib} GiB`),
    row("crash-consistent", facts.isCrashConsistent ? "yes" : "no"),
    row("encrypted", [point.encrypted, ...point.kmsKeyIds].join(", ")),
    row("lock", point.lock ?? "unknown"),
    row("kept", keptText),
    ...(expiresMs === undefined ? [] : [row("expires", `${isoSeconds(expiresMs)} at the earliest`)]),
    title("instance"),
    row("id", instanceId),
    row("name", name === "" ? "none" : name),
    row("type", facts.instanceType),
    row("zone", facts.availabilityZone),
    row("policy", facts.policy),
    row("tags", tagsText(facts.instanceTags)),
    row("user data", sizeText(facts.blobSizes.userData)),
    ...(facts.launch?.launch.currentBootMode === "uefi"
      ? [row("UEFI variables", sizeText(facts.blobSizes.uefiData))]
      : []),
    title("volumes"),
    ...facts.volumes.flatMap(volumeLines),
    ...groups.flatMap((group) => [title(group.title), ...group.facts.map(([label, value]) => row(label, value))]),
    title("a restore from this region would lack"),
    ...(facts.lacks.length === 0 ? ["  nothing that was captured"] : facts.lacks.map((one) => `  - ${oneLine(one)}`)),
  ].join("\n");
}
