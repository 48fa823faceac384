/** The command that brings things back, with its options. */
import type { RestoreOptions } from "../restore/options";
import type { Start, Verb } from "./verb";

const AFTER = `
It prints what it will do, what will differ from the original, price and time, and asks. All calls go to the one region
that is named: a restore in a DR region needs no other. Everything that it makes carries the tag smart-vault:restore with
the restore's id, by which --resume goes on and --undo takes it back. Source volumes and snapshots are never changed.`;

/** Adds `vault restore`. */
export function addRestore(verb: Verb, start: Start): void {
  verb("restore [instance]", "Brings an instance or its volumes back from a recovery point.", [
    "vault restore web-1 --region us-west-2 --dry-run",
    "vault restore web-1 --region us-west-2                    a new instance from the newest recovery point",
    'vault restore web-1 --at "yesterday 14:00" --isolate      from before, where nothing reaches it',
    "vault restore web-1 --volumes --attach web-2             its volumes alone, attached to another instance",
    "vault restore web-1 --replace                             in place: same id, addresses and interfaces",
    "vault restore --undo r-20261129T121500-4f1c --region us-west-2",
  ])
    .option("--launch", "a new instance (the default)")
    .option("--volumes", "the volumes alone")
    .option("--replace", "the volumes of the instance itself, in place; the old ones are kept")
    .option("--at <time>", 'the last recovery point by then: ISO, "3h ago", "yesterday 14:00"')
    .option("--point <snapshot>", "the recovery point that a snapshot is part of")
    .option("--isolate", "launch it in a new security group that lets nothing in or out")
    .option("--instance-type <type>", "another instance type")
    .option("--az <zone>", "Availability Zone")
    .option("--subnet <id>", "subnet of the first interface, where Name and CIDR find none")
    .option("--groups <ids...>", "security groups, where their names find none")
    .option("--key-pair <name>", "key pair; none: without one")
    .option("--profile <name>", "instance profile; none: without one")
    .option("--base-image <ami>", "public image of the same platform, if the snapshot lost its billing code")
    .option("--no-user-data", "do not give back captured user data, which a first boot would run again")
    .option("--no-uefi-data", "do not give back captured UEFI variables")
    .option(
      "--attach <instance>",
      "attach the volumes at their devices to this instance: id, Name, or a unique beginning",
    )
    .option(
      "--shared [volumes...]",
      "attach volumes for several instances that another restore made: the captured or these",
    )
    .option("--device <devices...>", "only these volumes, such as /dev/sdf")
    .option("--stop", "swap the root while the instance is stopped, where EC2 could replace it while it runs")
    .option("--kms-key <key>", "key of the restored volumes (default: that of the snapshots)")
    .option("--fast [rate]", "have EC2 read the snapshots ahead, at 100 to 300 MiB/s, for a price")
    .option("--backup-tag <key>", "tag that an isolated instance does not get, so that it is not backed up", "backup")
    .option("-n, --dry-run", "show all of it, and change nothing")
    .option("-y, --yes", "do not ask")
    .option("--confirm <name>", "the instance's name, where a yes is not enough")
    .option("--no-input", "ask nothing: fail where a question would come")
    .option("--timeout <duration>", "how long to wait for any one thing", "30m")
    .option("--resume <id>", "go on with a restore that was interrupted or failed")
    .option("--undo <id>", "take a restore back")
    .addHelpText("after", AFTER)
    .action(async (instance: string | undefined, options: RestoreOptions) => {
      await start("restore", options, async () => {
        const { restore } = await import("../commands/restore");
        return (context) => restore(context, instance, options);
      });
    });
}
