/** Names what a call is about, for the story. */
import type { Call } from "../../src/iam/call";
import { hashText } from "./random";

export function subjectOf({ name, input }: Call): string {
  switch (name) {
    case "CreateSnapshots":
      return input.InstanceSpecification?.InstanceId ?? "";
    case "CreateSnapshot":
      return input.VolumeId ?? "";
    case "CopySnapshot":
      return input.SourceSnapshotId ?? "";
    case "DeleteSnapshot":
    case "DescribeSnapshotAttribute":
      return input.SnapshotId ?? "";
    case "LockSnapshot":
      return `${input.SnapshotId ?? ""} ${input.LockMode ?? ""} ${input.LockDuration ?? ""}`;
    case "CreateTags":
      return (input.Resources ?? []).join(" ");
    case "UpdateSchedule":
      return `${input.State ?? ""} ${input.ScheduleExpression ?? ""} ${input.Target?.Input ?? ""}`;
    case "DescribeKey":
      return input.KeyId ?? "";
    case "SendMessage":
      return `${input.DelaySeconds ?? 0} ${input.MessageBody ?? ""}`;
    case "Publish":
      return `${input.Subject ?? ""} (${hashText(input.Message ?? "").toString(16)})`;
    case "PutObject":
      return input.Key ?? "";
    default:
      return "";
  }
}
