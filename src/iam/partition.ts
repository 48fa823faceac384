/**
 * Which AWS partition a region is in, and which of them are refused. The bootstrap reads this too, so it imports nothing and
 * keeps to ES2020, which Pulumi compiles a folder without tsconfig.json as. Pure.
 */
/** By how the names of a partition's regions begin. */
const PARTITIONS: readonly (readonly [prefix: string, partition: string])[] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-iso-", "aws-iso"],
  ["us-isob-", "aws-iso-b"],
  ["us-isof-", "aws-iso-f"],
  ["eu-isoe-", "aws-iso-e"],
  ["eusc-", "aws-eusc"],
];

export function partitionOf(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";
}

/** Why a partition is refused; one that is not here was never tried either. */
const REFUSED: Readonly<Record<string, string>> = {
  "aws-cn": "EventBridge hands no event to another region there, so nobody would be notified when a key is disabled",
  "aws-us-gov": "AWS Budgets and the claims of GitHub's tokens that the deploy roles rest on are missing there",
};

/** Returns what is wrong with the partition of a primary region, or `undefined`. */
export function partitionError(primary: string): string | undefined {
  const partition = partitionOf(primary);
  if (partition === "aws") return undefined;
  const why = REFUSED[partition] ?? "the vault was never tried there";
  return `aws:region: expected a region of the AWS partition aws, got ${primary}, which is in ${partition}: ${why}`;
}
