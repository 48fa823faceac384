/** Checks that the primary region and the DR regions fit each other. Pure. */
import { type ConfigError, configError } from "../configError";
import { region } from "../fields";
import { partitionOf, partitionRefusal } from "../../iam/partition";

/** Returns what is wrong with DR regions beside the primary one. */
function drErrors(key: string, primary: string, drs: readonly string[]): ConfigError[] {
  return drs.flatMap((dr) => {
    if (dr === primary) {
      return [configError(key, "a region other than aws:region", `${dr} for both`)];
    }
    if (partitionOf(dr) === partitionOf(primary)) return [];
    const why = "EC2 copies no snapshot from one partition to another";
    return [configError(key, `a region of the same AWS partition as ${primary}`, dr, why)];
  });
}

/** Regions that could be parsed. */
export interface GivenRegions {
  drRegion?: string;
  drRegions?: string[];
  encryptPrimary?: boolean | string;
  sourceKeyArns?: string[];
}

/** Returns an error for each region or key that does not fit the primary region. */
export function regionErrors(primaryRegion: string | undefined, given: GivenRegions): ConfigError[] {
  if (primaryRegion === undefined) return [configError("aws:region", "an AWS region such as us-east-1", "none")];
  const primary = region(primaryRegion);
  if ("expected" in primary) return [configError("aws:region", primary.expected, JSON.stringify(primaryRegion))];
  const refused = partitionRefusal(primary.value);
  if (refused !== undefined) return [configError("aws:region", refused.expected, refused.got, refused.why)];
  const { drRegion, drRegions, encryptPrimary: keyArn, sourceKeyArns = [] } = given;
  const errors = drErrors("drRegions", primary.value, drRegions ?? []);
  if (drRegion !== undefined && drRegion !== "") {
    errors.push(...drErrors("drRegion", primary.value, [drRegion]));
    if (drRegions?.length) {
      errors.push(configError("drRegion", "none where drRegions is set", drRegion));
    }
  } else if (drRegion === "" && drRegions?.length === 0) {
    errors.push(configError("drRegion", "a region to copy to", "none"));
  }
  if (typeof keyArn === "string" && keyArn.split(":")[3] !== primary.value) {
    errors.push(configError("encryptPrimary", `a key of ${primary.value}`, keyArn));
  }
  const elsewhere = sourceKeyArns.find((arn) => arn.split(":")[3] !== primary.value);
  if (elsewhere !== undefined) {
    errors.push(configError("sourceKeyArns", `keys of ${primary.value}`, elsewhere));
  }
  return errors;
}
