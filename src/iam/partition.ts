/**
 * Finds the AWS partition of a region, and refuses some partitions. The bootstrap reads this too. So it imports nothing
 * and keeps to ES2020, as which Pulumi compiles a folder without tsconfig.json. Pure.
 */
/** Partitions by the prefix of their regions' names. */
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

/** Reasons for refusing a partition; a partition that is not here was never tried either. */
const REFUSED: Readonly<Record<string, string>> = {
  "aws-cn": "EventBridge hands no event to another region there, so nobody would be notified when a key is disabled",
  "aws-us-gov": "AWS Budgets and the claims of GitHub's tokens that the deploy roles rest on are missing there",
};

/** Returns what is wrong with the partition of a primary region, or `undefined`. */
export function partitionRefusal(primary: string): { expected: string; got: string; why: string } | undefined {
  const partition = partitionOf(primary);
  if (partition === "aws") return undefined;
  const why = REFUSED[partition] ?? "the vault was never tried there";
  return { expected: "a region of the AWS partition aws", got: `${primary}, which is in ${partition}`, why };
}
