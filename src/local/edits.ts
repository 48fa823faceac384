/**
 * `--edit key=value`: the stack is deployed again with something changed, as a person does with `pulumi up`. Each edit
 * is a deployment of its own, on top of those before it, and has a night after it.
 */
import { type VaultConfig, configOf } from "../config";
import type { ReceivedMail } from "./mailbox";
import { userError } from "./python";
import { type StackConfig, withPairs } from "./stackConfig";

/** `allowDeletePlan=mailed`: the plans that the brake's last mails named. Nobody can know their hashes before. */
const MAILED = /^((?:[^:=]+:)?allowDeletePlan)=mailed$/;
const SOME_HASH = "0".repeat(16);

const NAMED_PLAN = /recovery points in (\S+) \(.*?\): none was deleted\. The plan ([0-9a-f]{16}):/g;

/** The newest plan of each region that a mail named. */
function mailedHashes(mails: readonly ReceivedMail[]): string[] {
  const newest = new Map<string, string>();
  for (const { body } of mails) {
    for (const [, region = "", hash = ""] of body.matchAll(NAMED_PLAN)) newest.set(region, hash);
  }
  return [...newest.values()];
}

export interface Deployable {
  stackConfig: StackConfig;
  config: VaultConfig;
}

function edited(
  { stackConfig, config }: Deployable,
  pair: string,
  hashes: readonly string[],
): Deployable {
  const told = pair.replace(MAILED, (_, key: string) => `${key}=${hashes.join(" ")}`);
  const next = withPairs(stackConfig, [told], "--edit");
  const read = configOf(next.project, next.stack, next.values);
  const regionsOf = ({ primaryRegion, drRegions }: VaultConfig) =>
    [primaryRegion, ...drRegions].join();
  if (regionsOf(read) !== regionsOf(config)) {
    throw userError(`--edit: expected the regions to stay as they are, got "${pair}"`);
  }
  return { stackConfig: next, config: read };
}

/**
 * Refuses what can't be deployed, before anything starts.
 * @throws what the configuration says of the first bad one
 */
export function checkEdits(base: Deployable, pairs: readonly string[]): void {
  let before = base;
  for (const pair of pairs) before = edited(before, pair, [SOME_HASH]);
}

/**
 * What an edit comes to, when its turn has come.
 * @throws a user error for `allowDeletePlan=mailed` where no mail has named a plan
 */
export function applyEdit(
  before: Deployable,
  pair: string,
  mails: readonly ReceivedMail[],
): Deployable {
  const hashes = mailedHashes(mails);
  if (MAILED.test(pair) && hashes.length === 0) {
    throw userError(`--edit: expected a mail that names a plan before "${pair}", got none`);
  }
  return edited(before, pair, hashes);
}
