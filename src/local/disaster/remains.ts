/** Looks for what a restore may leave behind in a region: images, groups, volumes that nobody can name. */
import {
  DescribeImagesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { RESTORE_TAG } from "../../restore/restoreTags";

/** Returns what is there and belongs to no restored instance, or does not say which restore made it. */
export async function remainsIn(ec2: EC2Client): Promise<string[]> {
  const [images, groups, volumes] = await Promise.all([
    ec2.send(new DescribeImagesCommand({ Owners: ["self"] })),
    ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: "tag-key", Values: [RESTORE_TAG.id] }] })),
    ec2.send(new DescribeVolumesCommand({})),
  ]);
  return [
    ...(images.Images ?? []).map(({ ImageId = "" }) => `image ${ImageId}`),
    ...(groups.SecurityGroups ?? []).map(({ GroupId = "" }) => `security group ${GroupId}`),
    ...(volumes.Volumes ?? []).flatMap(({ VolumeId = "", Attachments = [], Tags = [] }) => {
      const isNamed = Tags.some(({ Key }) => Key === RESTORE_TAG.id);
      if (!isNamed) return [`volume ${VolumeId} without the restore's id`];
      return Attachments.length === 0 ? [`volume ${VolumeId}, attached to nothing`] : [];
    }),
  ];
}
