/**
 * What a restore costs, as AWS publishes it for us-east-1: https://aws.amazon.com/ebs/pricing/, read in November 2026. Other regions
 * differ by up to a half. The instance itself is billed by its type, which is not in this table (docs/adr/0024). Pure.
 */
import type { SourceVolume } from "./source";

/** US dollars a GiB and month. */
const PER_GIB: Readonly<Record<string, number>> = {
  gp3: 0.08,
  gp2: 0.1,
  io1: 0.125,
  io2: 0.125,
  st1: 0.045,
  sc1: 0.015,
  standard: 0.05,
};
const GP3_FREE_IOPS = 3_000;
const GP3_PER_IOPS = 0.005;
const GP3_FREE_MIBPS = 125;
const GP3_PER_MIBPS = 0.04;
const IO_PER_IOPS = 0.065;
/** io2 has cheaper steps above this. */
const IO2_STEPS: readonly (readonly [number, number])[] = [
  [64_000, 0.0319],
  [32_000, 0.0455],
];
/** One-time, a GiB and MiB per second (github-aws-runners/terraform-aws-github-runner#5165). */
const RATE_PER_GIB_MIBPS = 0.000012;

function iopsPrice(type: string, iops: number): number {
  if (type === "gp3") return Math.max(0, iops - GP3_FREE_IOPS) * GP3_PER_IOPS;
  if (type === "io1") return iops * IO_PER_IOPS;
  if (type !== "io2") return 0;
  let [left, price] = [iops, 0];
  for (const [above, each] of IO2_STEPS) {
    price += Math.max(0, left - above) * each;
    left = Math.min(left, above);
  }
  return price + left * IO_PER_IOPS;
}

/** Returns US dollars a month for volumes. */
export function monthlyPrice(volumes: readonly SourceVolume[]): number {
  return volumes.reduce((sum, { type = "gp2", sizeGiB, iops = 0, throughputMiBps = 0 }) => {
    const speed = type === "gp3" ? Math.max(0, throughputMiBps - GP3_FREE_MIBPS) * GP3_PER_MIBPS : 0;
    return sum + sizeGiB * (PER_GIB[type] ?? 0.1) + iopsPrice(type, iops) + speed;
  }, 0);
}

/** Returns US dollars, once, for reading the snapshots at a rate: at most, since EC2 bills the data that they hold. */
export function initializationPrice(volumes: readonly SourceVolume[], mibPerSecond: number): number {
  return volumes.reduce((sum, { sizeGiB }) => sum + sizeGiB * mibPerSecond * RATE_PER_GIB_MIBPS, 0);
}

const MIB_PER_GIB = 1_024;

/** Returns how long EC2 reads the largest volume at a rate, in milliseconds: all are read at once. */
export function initializationMs(volumes: readonly SourceVolume[], mibPerSecond: number): number {
  const largest = Math.max(0, ...volumes.map(({ sizeGiB }) => sizeGiB));
  return ((largest * MIB_PER_GIB) / mibPerSecond) * 1_000;
}
