/** Switches of the emulated account: faults that stay, a region that is dark, one call that fails, public images. */
import type { Image } from "@aws-sdk/client-ec2";

/** Of what a type lacks: a zone, an instance type, or a type in a zone. */
interface ZoneAndType {
  zone?: string;
  instanceType?: string;
}

/** Faults that stay until they are changed; each that is given replaces its former value (emulator/faults.py). */
interface Faults {
  /** A copy into another region loses the billing metadata of its source. */
  loseBilling?: boolean;
  /** ARNs of keys that the caller may not use. */
  refusedKeys?: readonly string[];
  noCapacity?: readonly ZoneAndType[];
  notOffered?: readonly ZoneAndType[];
  /** Quota of vCPUs, by region. */
  vcpuLimit?: Readonly<Record<string, number>>;
  /** Operations that IAM refuses, such as `RunInstances`. */
  denied?: readonly string[];
  /** Instances whose status checks fail. */
  impaired?: readonly string[] | "all";
  /** How the replacement of a root volume ends, if not well. */
  rootTask?: "failed" | "failed-detached" | null;
}

/** A call that fails once or more. */
interface Failure {
  /** `AttachVolume`; absent: every call that would change something counts. */
  operation?: string;
  region?: string;
  /** Which of these calls is the first to fail, from 1. An SDK's second attempt is a call of its own. */
  nth?: number;
  /** How many fail from there on; 0: all. */
  times?: number;
  /** `after`: the call is carried out, and its answer is lost. */
  when?: "before" | "after";
  /** An error code of AWS's, or `connection`: no answer at all. */
  code?: string;
  message?: string;
  status?: number;
}

interface WriteCall {
  region: string;
  /** `ec2:RunInstances` */
  call: string;
}

export interface CallCount extends WriteCall {
  count: number;
}

/** Kinds of work that take a while of the emulated clock (emulator/later.py). */
type Work =
  "snapshot" | "copy" | "volume" | "keyRefusal" | "detach" | "launch" | "stop" | "terminate" | "checks" | "rootTask";

export interface Switches {
  setFaults(faults: Faults): Promise<void>;
  resetFaults(): Promise<void>;
  /** From now on every call to the region fails: without an answer, or with status 503. */
  setDark(region: string, how?: "connection" | "503"): Promise<void>;
  /** The calls to dark regions, each attempt of an SDK on its own. */
  darkCalls(): Promise<CallCount[]>;
  /** Ends the darkness of all regions and forgets the calls. */
  resetDark(): Promise<void>;
  fail(failure: Failure): Promise<void>;
  resetFailures(): Promise<void>;
  /** From now on each call that would change something is listed; forgets those before. */
  recordWrites(): Promise<void>;
  writes(): Promise<WriteCall[]>;
  /** Adds public images, as DescribeImages gives them. */
  loadImages(region: string, images: readonly Partial<Image>[]): Promise<void>;
  /** How long each kind of work takes, in minutes of the emulator's clock. */
  setPending(minutes: Partial<Record<Work, number>>): Promise<void>;
}

/** @param ask sends a request to one of the emulator's own paths */
export function openSwitches(ask: (path: string, body?: unknown) => Promise<unknown>): Switches {
  const post = async (path: string, body?: unknown) => {
    await ask(path, body);
  };
  return {
    setFaults: (faults) => post("faults", faults),
    resetFaults: () => post("faults/reset"),
    setDark: (region, how = "connection") => post("dark", { region, how }),
    darkCalls: async () => (await ask("dark/calls")) as CallCount[],
    resetDark: () => post("dark/reset"),
    fail: (failure) => post("fail", failure),
    resetFailures: () => post("fail/reset"),
    recordWrites: () => post("writes/record"),
    writes: async () => (await ask("writes")) as WriteCall[],
    loadImages: (region, images) => post("images", { region, images }),
    setPending: (minutes) => post("pending", minutes),
  };
}
