/** A restore is found by its id, from tags alone. */
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { recall } from "../../../../src/cli/restore/recall";
import { choiceWords } from "../../../../src/restore/choices";
import { RESTORE_TAG, tagsFor } from "../../../../src/restore/restoreTags";
import { tagsToList } from "../../../../src/vault/model/tags/tags";
import type { Tags } from "../../../../src/vault/model/world";
import { quietContext } from "../../../support/restore/quietContext";

const ID = "r-20261129T121500-4f1c";
const NAME = {
  restoreId: ID,
  instanceId: "i-0aaaaaaaaaaaa0001",
  slot: "2026-11-29T03:00:00Z",
  choices: choiceWords({ mode: "volumes", devices: ["/dev/sdf"], interfaces: [], availabilityZone: "us-west-2a" }),
};
const CONTEXT = quietContext("us-west-2", 0);

const mock = mockClient(EC2Client);
function there(tags?: Tags) {
  mock.reset();
  mock.on(DescribeImagesCommand).resolves({ Images: [] });
  mock.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  mock.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [] });
  const Volumes =
    tags === undefined ? [] : [{ VolumeId: "vol-1", State: "available" as const, Tags: tagsToList(tags) }];
  mock.on(DescribeVolumesCommand).resolves({ Volumes });
  return recall(new EC2Client({ region: "us-west-2" }), ID, CONTEXT);
}
const failure = (exitCode: number, name: string) => expect.objectContaining({ exitCode, name }) as Error;

it("reads the recovery point and every choice", async () => {
  const { instanceId, slot, choices } = await there(tagsFor(NAME, "/dev/sdf"));
  expect([instanceId, slot]).toStrictEqual([NAME.instanceId, NAME.slot]);
  expect(choices).toMatchObject({ mode: "volumes", devices: ["/dev/sdf"], availabilityZone: "us-west-2a" });
});

it("looks for the very id, in the one region", async () => {
  await there(tagsFor(NAME, "/dev/sdf"));
  const [call] = mock.commandCalls(DescribeVolumesCommand);
  expect(call?.args[0].input.Filters).toStrictEqual([{ Name: `tag:${RESTORE_TAG.id}`, Values: [ID] }]);
});

it("ends 5 where nothing carries the id, and names the region", async () => {
  await expect(there()).rejects.toThrow(failure(5, "NoRestore"));
  await expect(there()).rejects.toThrow("nothing in us-west-2 carries the id");
});

it.each([
  ["the recovery point", { [RESTORE_TAG.of]: "web" }],
  ["the choices", { [RESTORE_TAG.choices]: "mode=everything" }],
])("ends 1 where somebody changed %s in the tags, and says how to find what there is", async (_title, edit) => {
  const edited = there({ ...tagsFor(NAME, "/dev/sdf"), ...edit });
  await expect(edited).rejects.toThrow(failure(1, "UnreadableRestore"));
  await expect(edited).rejects.toMatchObject({ hint: expect.stringContaining(`smart-vault:restore=${ID}`) as string });
});

it.each(["r-1", "i-0aaaaaaaaaaaa0001", "", `${ID}x`])('takes "%s" for no id, and asks nothing', async (id) => {
  mock.reset();
  await expect(recall(new EC2Client({ region: "us-west-2" }), id, CONTEXT)).rejects.toThrow(failure(2, "BadRestoreId"));
  expect(mock.calls()).toHaveLength(0);
});
