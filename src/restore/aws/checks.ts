/** Asks EC2 whether it would accept the first calls of a restore. It makes nothing (AWS, "Dry run"). */
import { CreateVolumeCommand, type EC2Client, RegisterImageCommand } from "@aws-sdk/client-ec2";
import { causeOf } from "../../vault/aws/errors";
import type { Order } from "../order";
import { imageInput, volumeInput } from "./inputs";

/** What EC2 said of a call. */
export interface Check {
  call: string;
  /** Absent: it would be accepted. */
  error?: { code: string; message: string };
}

async function dryRun(call: string, sent: Promise<unknown>): Promise<Check> {
  try {
    await sent;
    return { call };
  } catch (error) {
    const { code, message } = causeOf(error);
    return code === "DryRunOperation" ? { call } : { call, error: { code, message } };
  }
}

/** Returns what EC2 says of the calls that can be asked before anything is there. A right on a key does not show so. */
export async function checkOrder(client: EC2Client, order: Order): Promise<Check[]> {
  const [first] = order.volumes;
  if (order.mode === "launch") {
    const input = { ...imageInput(order), DryRun: true };
    return [await dryRun("ec2:RegisterImage", client.send(new RegisterImageCommand(input)))];
  }
  if (first === undefined) return [];
  const input = { ...volumeInput(order, first, order.availabilityZone), DryRun: true };
  return [await dryRun("ec2:CreateVolume", client.send(new CreateVolumeCommand(input)))];
}
