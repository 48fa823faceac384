/**
 * Reads the fields that instances and volumes share: their list in the file, their tags, and the region of a field.
 * Pure.
 */
import type { Tag } from "@aws-sdk/client-ec2";
import { type Place, isAbsent, itemsOf, member, refuse, shown, textAt } from "./place";

/**
 * Returns the list that a `describe` command prints.
 * @throws where there is none, or it was cut off: what is missing would be taken for what is not there
 */
export function listIn(file: Place, key: string, command: string): Place[] {
  const expected = `what \`${command}\` prints, with ${key}[]`;
  const { value } = file;
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject) refuse(file, expected);
  if (!(key in value)) {
    const keys = Object.keys(value).slice(0, 3).join(", ");
    refuse(file, expected, keys === "" ? "an empty object" : `an object with ${keys}`.slice(0, 80));
  }
  const next = member(file, "NextToken");
  if (!isAbsent(next)) refuse(next, "the whole list, printed without --max-items", "one page of it");
  return itemsOf(member(file, key));
}

/** Returns the tags of an instance or volume. One without a value has the empty one. */
export function tagsAt(place: Place): Tag[] {
  const seen = new Set<string>();
  return itemsOf(member(place, "Tags")).map((item) => {
    const Key = textAt(item, "Key");
    if (Key === undefined || Key === "") return refuse(member(item, "Key"), "a tag's key");
    if (seen.has(Key)) refuse(member(item, "Key"), "each key once", `${JSON.stringify(Key)} again`);
    seen.add(Key);
    return { Key, Value: textAt(item, "Value") ?? "" };
  });
}

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d+/;

/** Returns the region that a name begins with: `us-east-1a`, or of a Local Zone `us-east-1-bos-1a`. */
function regionOf(name: string): string {
  return REGION.exec(name)?.[0] ?? "";
}

/**
 * Refuses what is in another region than the stack's vault.
 * @param what what was expected, as in `a zone`
 * @param other where it is, or no region's name
 */
export function refuseElsewhere(place: Place, what: string, region: string, other: string): never {
  const isRegion = regionOf(other) === other && other !== "" && other !== region;
  const hint = isRegion
    ? `: a vault in ${region} finds nothing there; to rehearse one that does: -c aws:region=${other}`
    : "";
  return refuse(place, `${what} of ${region}, the stack's aws:region`, `${shown(place.value)}${hint}`);
}

/** @throws where a zone is not of the stack's region: the deployed vault would not find what is in it */
export function zoneAt(place: Place, region: string): string | undefined {
  const zone = textAt(place, "AvailabilityZone");
  if (zone === undefined) return undefined;
  const other = regionOf(zone);
  if (other === region && zone.length > region.length) return zone;
  return refuseElsewhere(member(place, "AvailabilityZone"), "a zone", region, other);
}

/** @throws where an ARN is not of the stack's region */
export function arnAt(place: Place, key: string, region: string): string | undefined {
  const arn = textAt(place, key);
  if (arn === undefined) return undefined;
  const [scheme, , , other = "", ...rest] = arn.split(":");
  if (scheme !== "arn" || rest.length < 2) refuse(member(place, key), "an ARN");
  return other === region ? arn : refuseElsewhere(member(place, key), "an ARN", region, other);
}
