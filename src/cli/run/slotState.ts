/** How far a slot is: its snapshots in the primary region, and their copies in each DR region. Pure. */
import { copyState } from "../../vault/inventory/copies";
import { pluralize } from "../../vault/lib/text";
import type { VaultSettings } from "../../vault/model/settings";
import type { Snapshot } from "../../vault/model/world";
import { pointsOf } from "../points/points";
import type { RegionRead } from "../reading/reading";

/** Copies of a slot in one DR region. */
interface CopyCount {
  region: string;
  verified: number;
  pending: number;
  /** They failed, or are not under the vault's key; the vault makes them again. */
  unusable: number;
  /** How many there are to be: one of each snapshot that did not fail. */
  total: number;
}

export interface SlotState {
  instances: number;
  snapshots: { completed: number; pending: number; failed: number; total: number };
  copies: CopyCount[];
  /** True once every snapshot is completed and has a verified copy in every DR region. */
  isComplete: boolean;
}

const counted = (all: readonly Snapshot[], state: string) => all.filter((one) => one.state === state).length;

/** Returns how far a slot is, by what is there. */
export function slotStateOf(reads: readonly RegionRead[], settings: VaultSettings): SlotState {
  const points = pointsOf(reads, settings, () => ({}));
  const inRegion = (region: string) => points.filter((one) => one.region === region);
  const here = inRegion(settings.primaryRegion);
  const made = here.flatMap(({ snapshots }) => snapshots);
  const snapshots = {
    completed: counted(made, "completed"),
    pending: counted(made, "pending"),
    failed: counted(made, "error"),
    total: made.length,
  };
  const total = made.length - snapshots.failed;
  const copies = settings.dr.map(({ region, keyArn }): CopyCount => {
    const states = inRegion(region).flatMap((point) => point.snapshots.map((one) => copyState(one, keyArn)));
    const having = (state: string) => states.filter((one) => one === state).length;
    return { region, verified: having("verified"), pending: having("pending"), unusable: having("unusable"), total };
  });
  const isComplete =
    total > 0 && snapshots.completed === snapshots.total && copies.every(({ verified }) => verified >= total);
  return { instances: here.length, snapshots, copies, isComplete };
}

/** Decides whether AWS is at work on any of it. */
export function isBusy({ snapshots, copies }: SlotState): boolean {
  return snapshots.pending > 0 || copies.some(({ pending }) => pending > 0);
}

/** Says what is waited for. */
export function waitingFor({ snapshots, copies }: SlotState): string {
  const { pending, total, completed } = snapshots;
  if (total === 0) return "waiting for the first snapshot";
  const parts = [
    `${completed} of ${pluralize(total, "snapshot")} completed${pending > 0 ? `, ${pending} pending` : ""}`,
    ...copies.map((one) => {
      const going = one.pending > 0 ? `, ${one.pending} pending` : "";
      const bad = one.unusable > 0 ? `, ${one.unusable} not usable` : "";
      return `${one.verified} of ${pluralize(one.total, "copy", "copies")} verified in ${one.region}${going}${bad}`;
    }),
  ];
  return parts.join("; ");
}
