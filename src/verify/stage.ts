/** Shares clients, sessions, made resources and waiting among a run's checks. */
import { type EC2Client, DescribeSnapshotsCommand, type Snapshot } from "@aws-sdk/client-ec2";
import { SECOND_MS } from "../vault/lib/time";
import { type Clients, assume, dry } from "./clients";
import type { Finding } from "./findings";
import type { Register } from "./made";
import type { Statement } from "./permissions";
import type { Target } from "./target";

/** Results that the checks hand on to each other. */
interface Evidence {
  /** Snapshot and copies as EC2 showed them first after it made them. */
  first: Snapshot[];
  /** The snapshot in the primary region, as it was last seen. */
  source?: Snapshot;
  /** The verified copy in the DR region that the later checks ask about. */
  copy?: Snapshot;
  /** Set if that copy was made under the DR key. */
  underDrKey?: true;
  /** Set once EC2 accepted a lock of the copy. */
  locked?: true;
  /** Set once the copy was deleted by a check. */
  deleted?: true;
}

/** Clients with the same credentials. */
export interface Session {
  ec2: (region: string) => EC2Client;
  /** Its calls only ask whether they are allowed. */
  dry: (region: string) => EC2Client;
}

export interface Stage {
  target: Target;
  /** The vault id of this run: in each Description and tag that it makes. */
  verifyId: string;
  made: Register;
  evidence: Evidence;
  caller: Session;
  /** The role with no permissions but these statements; without any, with all that the role has. */
  session: (statements?: readonly Statement[]) => Promise<Session>;
  now: () => number;
  /** @throws {@link interrupted} where Ctrl-C was pressed */
  wait: (ms: number) => Promise<void>;
  timeoutMs: number;
}

/** One row of docs/ASSUMPTIONS.md. */
export interface Check {
  /** `A1` */
  id: string;
  /** The assumption, in one line. */
  title: string;
  /** Asks AWS. What it throws counts as `unknown`. */
  run: (stage: Stage) => Promise<Finding>;
}

/** Makes the error that ends a wait at Ctrl-C. */
export function interrupted(): Error {
  return Object.assign(new Error("interrupted"), { name: "Interrupted" });
}

const PAUSE_MS = 5 * SECOND_MS;
/** EC2's lists lag behind by seconds. */
const SOON_TRIES = 6;

function sessionOf(clients: Clients, credentials?: Awaited<ReturnType<typeof assume>>): Session {
  return {
    ec2: (region) => clients.ec2(region, credentials),
    dry: (region) => dry(clients.ec2(region, credentials)),
  };
}

export type StageParts = Omit<Stage, "caller" | "session">;

export function makeStage(clients: Clients, parts: StageParts): Stage {
  const { target, verifyId } = parts;
  return {
    ...parts,
    caller: sessionOf(clients),
    session: async (statements) => {
      if (target.roleArn === undefined) throw new Error("no role to assume");
      const sts = clients.sts(target.primaryRegion);
      return sessionOf(clients, await assume(sts, target.roleArn, verifyId, statements));
    },
  };
}

/**
 * Looks until there is something to see, for as long as one snapshot may take.
 * @returns `undefined` where time is over
 */
async function until<T>({ wait, now, timeoutMs }: Stage, look: () => Promise<T | undefined>): Promise<T | undefined> {
  const endMs = now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined || now() >= endMs) return seen;
    await wait(PAUSE_MS);
  }
}

/** Looks some times, for what a list may show late. */
export async function soon<T>({ wait }: Stage, look: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let tried = 1; ; tried += 1) {
    const seen = await look();
    if (seen !== undefined || tried === SOON_TRIES) return seen;
    await wait(PAUSE_MS);
  }
}

/** Reads one snapshot by its id; `undefined` where EC2 does not show it (yet). */
export async function readSnapshot({ caller }: Stage, region: string, id: string): Promise<Snapshot | undefined> {
  try {
    const command = new DescribeSnapshotsCommand({ SnapshotIds: [id] });
    const { Snapshots = [] } = await caller.ec2(region).send(command);
    return Snapshots[0];
  } catch (error) {
    if (error instanceof Error && error.name === "InvalidSnapshot.NotFound") return undefined;
    throw error;
  }
}

/** Waits until a snapshot is not pending any more. */
export function settled(stage: Stage, region: string, id: string): Promise<Snapshot | undefined> {
  return until(stage, async () => {
    const snapshot = await readSnapshot(stage, region, id);
    return snapshot?.State === "pending" ? undefined : snapshot;
  });
}
