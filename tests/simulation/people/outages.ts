/** Plays outages for hours at a time: of a key, a DR region, Scheduler, SNS or a permission. */
import { DAY_MS, HOUR_MS } from "../../../src/vault/lib/time";
import type { Account } from "../account/account";
import type { Faults } from "./faults";

interface Outage {
  name: string;
  rate: keyof Faults["daily"];
  lastsMs: [min: number, max: number];
  begin(account: Account): void;
  end(account: Account): void;
}

/** Key states, each of which fails what is under the key. */
const KEY_STATES = ["Disabled", "PendingDeletion", "PendingImport", "Unavailable"];

const DENIABLE = [
  "ec2:CopySnapshot",
  "ec2:CreateSnapshots",
  "ec2:DeleteSnapshot",
  "ec2:DescribeInstances",
  "ec2:DescribeSubnets",
  "ec2:DescribeInstanceAttribute",
  "ec2:DescribeSnapshots",
  "ec2:DescribeLockedSnapshots",
  "ec2:DescribeSnapshotAttribute",
  "ec2:LockSnapshot",
  "ec2:CreateTags",
];

/** Returns the regions where the vault encrypts under a key. */
function keyedRegions({ settings }: Account): string[] {
  const regions = settings.dr.map(({ region }) => region);
  return settings.primaryKeyArn === undefined ? regions : [...regions, settings.primaryRegion];
}

const OUTAGES: readonly Outage[] = [
  {
    name: "a key is disabled",
    rate: "keyDisabled",
    lastsMs: [HOUR_MS, 3 * DAY_MS],
    begin: (account) => {
      account.keyDisabledIn = account.random.pick(keyedRegions(account));
      // Drawn without shifting other draws, because what KMS says makes no difference to EC2.
      account.keyState = KEY_STATES[Math.floor(account.time.nowMs() / HOUR_MS) % KEY_STATES.length] ?? "";
      account.keyLostSinceMs = account.time.nowMs();
    },
    end: (account) => {
      account.keyDisabledIn = undefined;
    },
  },
  {
    name: "a DR region is down",
    rate: "drDown",
    lastsMs: [HOUR_MS, 4 * DAY_MS],
    begin: (account) => {
      account.downRegion = account.random.pick(account.drs).name;
    },
    end: (account) => {
      account.downRegion = undefined;
    },
  },
  {
    name: "Scheduler's API is down",
    rate: "schedulerDown",
    lastsMs: [HOUR_MS / 6, 12 * HOUR_MS],
    begin: (account) => {
      account.schedulerDown = true;
    },
    end: (account) => {
      account.schedulerDown = false;
    },
  },
  {
    name: "SNS is down",
    rate: "snsDown",
    lastsMs: [HOUR_MS / 6, 12 * HOUR_MS],
    begin: (account) => {
      account.snsDown = true;
    },
    end: (account) => {
      account.snsDown = false;
    },
  },
  {
    name: "a right is denied",
    rate: "denied",
    lastsMs: [HOUR_MS, 2 * DAY_MS],
    begin: (account) => {
      account.deniedAction = account.random.pick(DENIABLE);
    },
    end: (account) => {
      account.deniedAction = undefined;
    },
  },
];

/** Plans each kind's outages one after the other; on quiet days none starts. */
export function startOutages(account: Account): void {
  const { time, random, story, faults } = account;
  for (const outage of OUTAGES) {
    const rate = faults.daily[outage.rate];
    if (rate === 0) continue;
    const next = () => {
      time.after((-Math.log(1 - random.next()) / rate) * DAY_MS, () => {
        if (account.stormy) {
          story.count(`fault: ${outage.name}`);
          story.say(`${outage.name} ${account.deniedAction ?? ""}`);
          outage.begin(account);
        }
        time.after(random.skewed(...outage.lastsMs), () => {
          outage.end(account);
          next();
        });
      });
    };
    next();
  }
}

export function endOutages(account: Account): void {
  for (const outage of OUTAGES) outage.end(account);
}
