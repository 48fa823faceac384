/** Checks that the primary region and the DR regions fit each other. Pure. */
import { region } from "../fields";
import { partitionError, partitionOf } from "../../iam/partition";

/** Returns what is wrong with DR regions beside the primary one. */
function drErrors(key: string, primary: string, drs: readonly string[]): string[] {
  return drs.flatMap((dr) => {
    if (dr === primary) {
      return [`${key}: expected a region other than aws:region, got ${dr} for both`];
    }
    if (partitionOf(dr) === partitionOf(primary)) return [];
    return [
      `${key}: expected a region of the same AWS partition as ${primary}, got ${dr}: ` +
        "EC2 copies no snapshot from one partition to another",
    ];
  });
}

/** Regions that could be parsed. */
export interface GivenRegions {
  drRegion?: string;
  drRegions?: string[];
  encryptPrimary?: boolean | string;
  sourceKeyArns?: string[];
}

/** @returns a line for each mistake: the key, the expectation and the actual value */
export function regionErrors(primaryRegion: string | undefined, given: GivenRegions): string[] {
  const primary = region(primaryRegion ?? "");
  if ("expected" in primary) {
    return [`aws:region: expected ${primary.expected}, got ${JSON.stringify(primaryRegion)}`];
  }
  const refused = partitionError(primary.value);
  if (refused !== undefined) return [refused];
  const { drRegion, drRegions, encryptPrimary: keyArn, sourceKeyArns = [] } = given;
  const errors = drErrors("drRegions", primary.value, drRegions ?? []);
  if (drRegion !== undefined && drRegion !== "") {
    errors.push(...drErrors("drRegion", primary.value, [drRegion]));
    if (drRegions?.length) {
      errors.push(`drRegion: expected none where drRegions is set, got ${drRegion}`);
    }
  } else if (drRegion === "" && drRegions?.length === 0) {
    errors.push("drRegion: expected a region to copy to, got none");
  }
  if (typeof keyArn === "string" && keyArn.split(":")[3] !== primary.value) {
    errors.push(`encryptPrimary: expected a key of ${primary.value}, got ${keyArn}`);
  }
  const elsewhere = sourceKeyArns.find((arn) => arn.split(":")[3] !== primary.value);
  if (elsewhere !== undefined) {
    errors.push(`sourceKeyArns: expected keys of ${primary.value}, got ${elsewhere}`);
  }
  return errors;
}
