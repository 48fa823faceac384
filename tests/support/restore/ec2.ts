/** The model as a client: it takes the commands that a restore sends, and fails where a test wants it to. */
import type { EC2Client } from "@aws-sdk/client-ec2";
import { type World, refused } from "./account";
import * as instances from "./ec2Instances";
import * as others from "./ec2Others";
import * as reads from "./ec2Reads";
import * as tags from "./ec2Tags";
import * as volumes from "./ec2Volumes";

type Call = (world: World, input: object) => object;

/** Takes a handler of one input for a handler of any: each is called with its own command's alone. */
function call(handler: (world: World, input: never) => object): Call {
  return handler as Call;
}

const READS: Readonly<Record<string, Call>> = {
  DescribeVolumesCommand: call(reads.describeVolumes),
  DescribeInstancesCommand: call(reads.describeInstances),
  DescribeInstanceStatusCommand: call(reads.describeInstanceStatus),
  DescribeInstanceAttributeCommand: call(reads.describeInstanceAttribute),
  DescribeImagesCommand: call(reads.describeImages),
  DescribeSecurityGroupsCommand: call(reads.describeGroups),
  DescribeReplaceRootVolumeTasksCommand: call(reads.describeTasks),
  DescribeNetworkInterfacesCommand: call(reads.describeInterfaces),
};

const CHANGES: Readonly<Record<string, Call>> = {
  CreateVolumeCommand: call(volumes.createVolume),
  DeleteVolumeCommand: call(volumes.deleteVolume),
  AttachVolumeCommand: call(volumes.attachVolume),
  DetachVolumeCommand: call(volumes.detachVolume),
  CreateReplaceRootVolumeTaskCommand: call(volumes.replaceRoot),
  CreateTagsCommand: call(tags.createTags),
  DeleteTagsCommand: call(tags.deleteTags),
  RunInstancesCommand: call(instances.runInstances),
  StartInstancesCommand: call(instances.startInstances),
  StopInstancesCommand: call(instances.stopInstances),
  TerminateInstancesCommand: call(instances.terminateInstances),
  ModifyInstanceAttributeCommand: call(instances.modifyInstance),
  RegisterImageCommand: call(others.registerImage),
  DeregisterImageCommand: call(others.deregisterImage),
  CreateSecurityGroupCommand: call(others.createGroup),
  RevokeSecurityGroupEgressCommand: call(others.revokeEgress),
  DeleteSecurityGroupCommand: call(others.deleteGroup),
  ModifyNetworkInterfaceAttributeCommand: call(others.modifyInterface),
  DeleteNetworkInterfaceCommand: call(others.deleteInterface),
};

/**
 * How a changing call fails: `denied` has no effect, and EC2 says so. `unanswered` has none, and nobody knows. `lost` has its
 * effect, and nobody knows.
 */
export type Fault = "denied" | "unanswered" | "lost";

/** A client that was told what to fail at. */
export interface Rigged {
  client: EC2Client;
  /** How many changing calls were sent. */
  changes: () => number;
}

/** Returns the ids that a call works on: those that it names, not those that it only refers to. */
function subjects(input: object): string[] {
  const {
    Resources = [],
    InstanceIds = [],
    ...named
  } = input as Record<string, unknown> & {
    Resources?: string[];
    InstanceIds?: string[];
  };
  const own = ["VolumeId", "InstanceId", "GroupId", "NetworkInterfaceId"].flatMap((key) => named[key] ?? []);
  const image = "ClientToken" in input ? [] : [named.ImageId ?? []].flat();
  return [...Resources, ...InstanceIds, ...own, ...image] as string[];
}

/** Returns a client of the world. */
export function clientOf(world: World, faults: Readonly<Record<number, Fault>> = {}): Rigged {
  let count = 0;
  const send = (command: { constructor: { name: string }; input: object }): Promise<object> => {
    const { name } = command.constructor;
    const read = READS[name];
    if (read !== undefined) return answer(() => read(world, command.input));
    const change = CHANGES[name];
    if (change === undefined) throw new Error(`the model has no ${name}`);
    const fault = faults[count];
    count += 1;
    for (const id of subjects(command.input)) world.touched.push({ call: name, id });
    if (fault === "denied") return answer(() => raise(refused("UnauthorizedOperation", "you may not", 403)));
    if (fault === "unanswered") return answer(() => raise(refused("ServiceUnavailable", "try again", 503)));
    return answer(() => {
      const made = change(world, command.input);
      if (fault === "lost") throw Object.assign(new Error("socket hang up"), { name: "TimeoutError" });
      return made;
    });
  };
  return { client: { send } as unknown as EC2Client, changes: () => count };
}

function raise(error: Error): never {
  throw error;
}

async function answer(make: () => object): Promise<object> {
  await Promise.resolve();
  return make();
}
