/** The options of `vault restore`, and what they mean together. Pure. */
import { BLOB_NAMES } from "../../restore/blobs";
import type { Mode } from "../../restore/order";
import type { BlobName } from "../../vault/model/launchSpec";
import type { GlobalOptions } from "../context";
import { EXIT } from "../exitCodes";
import { cliError } from "../failure";
import { parseDuration } from "../times";

/** As commander reads them. */
export interface RestoreOptions extends GlobalOptions {
  at?: string;
  point?: string;
  launch?: boolean;
  volumes?: boolean;
  replace?: boolean;
  attach?: string;
  /** True for `--shared` alone. */
  shared?: readonly string[] | true;
  device?: readonly string[];
  stop?: boolean;
  isolate?: boolean;
  instanceType?: string;
  az?: string;
  subnet?: string;
  groups?: readonly string[];
  keyPair?: string;
  profile?: string;
  baseImage?: string;
  /** False with `--no-user-data` and `--no-uefi-data`. */
  userData: boolean;
  uefiData: boolean;
  kmsKey?: string;
  /** True for `--fast` alone. */
  fast?: string | true;
  backupTag: string;
  dryRun?: boolean;
  yes?: boolean;
  confirm?: string;
  /** False with `--no-input`. */
  input: boolean;
  resume?: string;
  undo?: string;
  timeout: string;
}

const FASTEST_MIBPS = 300;
const SLOWEST_MIBPS = 100;

/** Options that only one mode takes. */
const OF_MODE: Readonly<Record<Mode, readonly (readonly [keyof RestoreOptions, string])[]>> = {
  launch: [
    ["isolate", "--isolate"],
    ["instanceType", "--instance-type"],
    ["subnet", "--subnet"],
    ["groups", "--groups"],
    ["keyPair", "--key-pair"],
    ["profile", "--profile"],
    ["baseImage", "--base-image"],
    ["shared", "--shared"],
  ],
  volumes: [["attach", "--attach"]],
  replace: [["stop", "--stop"]],
};

function usage(name: string, message: string, hint: string): Error {
  return cliError(EXIT.usage, name, message, hint);
}

/**
 * Returns what kind of restore is meant; `launch` if none is named.
 * @throws a usage error where several are named, or an option belongs to another
 */
export function modeOf(options: RestoreOptions): Mode {
  const named = (["launch", "volumes", "replace"] as const).filter((mode) => options[mode] === true);
  const [mode = "launch", second] = named;
  if (second !== undefined) {
    const hint = "A restore launches a new instance, or makes volumes, or replaces those of the instance in place.";
    throw usage("SeveralModes", `expected one of --launch, --volumes, --replace, got --${mode} and --${second}`, hint);
  }
  for (const other of ["launch", "volumes", "replace"] as const) {
    const wrong = other === mode ? undefined : OF_MODE[other].find(([option]) => options[option] !== undefined);
    if (wrong === undefined) continue;
    throw usage("WrongOption", `${wrong[1]} goes with --${other}, not with --${mode}`, "vault restore --help");
  }
  if (mode === "launch" && options.device !== undefined) {
    throw usage("WrongOption", "--device goes with --volumes and --replace, not with --launch", "vault restore --help");
  }
  const [unwanted] = leftOut(options);
  if (mode !== "launch" && unwanted !== undefined) {
    const flag = unwanted === "userData" ? "--no-user-data" : "--no-uefi-data";
    throw usage("WrongOption", `${flag} goes with --launch, not with --${mode}`, "vault restore --help");
  }
  checkZone(mode, options);
  return mode;
}

/** A zone is chosen where nothing else decides it. */
function checkZone(mode: Mode, { az, attach }: RestoreOptions): void {
  if (az === undefined) return;
  if (mode === "replace") {
    const hint = "The volumes have to be in the zone of the instance.";
    throw usage("WrongOption", "--az goes with --launch and --volumes, not with --replace", hint);
  }
  if (attach === undefined) return;
  const hint = "The volumes have to be in the zone of the instance that they are attached to.";
  throw usage("WrongOption", "expected --az or --attach, got both", hint);
}

/** Returns the rate that `--fast` asks for, in MiB per second; `undefined` without it. */
export function rateOf({ fast }: RestoreOptions): number | undefined {
  if (fast === undefined) return undefined;
  const rate = fast === true ? FASTEST_MIBPS : Number(fast);
  if (Number.isInteger(rate) && rate >= SLOWEST_MIBPS && rate <= FASTEST_MIBPS) return rate;
  const hint = "EC2 reads snapshots at 100 to 300 MiB per second, for a price: --fast 200";
  throw usage("BadRate", `expected a rate of ${SLOWEST_MIBPS} to ${FASTEST_MIBPS}, got "${String(fast)}"`, hint);
}

/** Returns the blobs that a launch does not give back. */
export function leftOut(options: Pick<RestoreOptions, BlobName>): BlobName[] {
  return BLOB_NAMES.filter((name) => !options[name]);
}

/** Returns how long one thing is waited for, in milliseconds. */
export function patienceOf({ timeout }: Pick<RestoreOptions, "timeout">): number {
  return parseDuration(timeout);
}
