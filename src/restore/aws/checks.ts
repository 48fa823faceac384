/** Asks EC2 and KMS whether they would accept the first calls of a restore. It makes nothing (AWS, "Dry run"). */
import { CreateVolumeCommand, type EC2Client, RegisterImageCommand } from "@aws-sdk/client-ec2";
import { KMSClient } from "@aws-sdk/client-kms";
import { causeOf } from "../../vault/aws/errors";
import { describeKey } from "../../vault/aws/kms";
import type { Order } from "../order";
import { imageInput, volumeInput } from "./inputs";

/** What AWS said of a call. */
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

/** Returns what EC2 says of the first call that makes something. */
async function checkFirstCall(client: EC2Client, order: Order): Promise<Check[]> {
  const [first] = order.volumes;
  if (order.mode === "launch") {
    const input = { ...imageInput(order), DryRun: true };
    return [await dryRun("ec2:RegisterImage", client.send(new RegisterImageCommand(input)))];
  }
  if (first === undefined) return [];
  const input = { ...volumeInput(order, first, order.availabilityZone), DryRun: true };
  return [await dryRun("ec2:CreateVolume", client.send(new CreateVolumeCommand(input)))];
}

async function checkKey(client: KMSClient, key: string): Promise<Check> {
  const call = `kms:DescribeKey ${key}`;
  try {
    const { state } = await describeKey(client, key);
    const message = `the key is ${state}: nothing under it can be read`;
    return state === "Enabled" ? { call } : { call, error: { code: "KeyNotUsable", message } };
  } catch (error) {
    const { code, message } = causeOf(error);
    return { call, error: { code, message } };
  }
}

/** Returns the keys that the snapshots are under, and the one that the volumes are to be under. */
function keysOf({ volumes, kmsKeyId }: Order): string[] {
  return [...new Set([...volumes.flatMap((one) => one.kmsKeyId ?? []), ...(kmsKeyId === undefined ? [] : [kmsKeyId])])];
}

/**
 * Returns what AWS says of the calls that can be asked before anything is there. That a key is enabled does not prove that
 * the caller may use it: EC2 shows that only afterwards.
 */
export async function checkOrder(client: EC2Client, order: Order): Promise<Check[]> {
  const kms = new KMSClient({ region: order.region, maxAttempts: 3 });
  const keys = keysOf(order).map((key) => checkKey(kms, key));
  return (await Promise.all([checkFirstCall(client, order), ...keys])).flat();
}
