/**
 * Finds a public image with a billing code, for a root that lost it. The codes are AWS's ("AMI billing information fields"); the names
 * only narrow the search, since EC2 has no filter for codes: what is taken has the very code.
 */
import { DescribeImagesCommand, type EC2Client } from "@aws-sdk/client-ec2";

interface Search {
  owner: string;
  names: readonly string[];
}

const RED_HAT = "309956199498";

const SEARCHES: Readonly<Record<string, Search>> = {
  "RunInstances:0002": { owner: "amazon", names: ["Windows_Server-*-English-Full-Base-*"] },
  "RunInstances:0006": { owner: "amazon", names: ["Windows_Server-*-English-Full-SQL_*_Standard-*"] },
  "RunInstances:0102": { owner: "amazon", names: ["Windows_Server-*-English-Full-SQL_*_Enterprise-*"] },
  "RunInstances:0202": { owner: "amazon", names: ["Windows_Server-*-English-Full-SQL_*_Web-*"] },
  "RunInstances:0010": { owner: RED_HAT, names: ["RHEL-*_HVM-*-Hourly2-GP*"] },
  "RunInstances:000g": { owner: "amazon", names: ["suse-sles-*-hvm-ssd-*"] },
};

/** Returns the newest image of a code and architecture; `undefined` where none is known. */
export async function findBaseImage(
  client: EC2Client,
  usageOperation: string,
  architecture: string,
): Promise<string | undefined> {
  const search = SEARCHES[usageOperation];
  if (search === undefined) return undefined;
  const Filters = [
    { Name: "name", Values: [...search.names] },
    { Name: "architecture", Values: [architecture] },
    { Name: "state", Values: ["available"] },
  ];
  const { Images = [] } = await client.send(new DescribeImagesCommand({ Owners: [search.owner], Filters }));
  const fitting = Images.filter((one) => one.UsageOperation === usageOperation);
  fitting.sort((a, b) => ((a.CreationDate ?? "") < (b.CreationDate ?? "") ? 1 : -1));
  return fitting[0]?.ImageId;
}
