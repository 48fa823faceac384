/**
 * `--edit key=value`: the stack is deployed again with something changed, as a person does with `pulumi up`. Each edit
 * is a deployment of its own, on top of those before it, and has a night after it.
 */
import type { VaultConfig } from "../../config/config";
import type { ReceivedMail } from "../account/mailbox";
import { userError } from "../account/python";
import { type StackConfig, configIn, withPairs } from "../deploy/stackConfig";

/** The pairs that one deployment changes: those of an `--edit` and of each `--and` after it. */
export type Edit = readonly string[];

/** `approvedDeletePlan=mailed`: the plans that the last mails named. Nobody can know their hashes before. */
const MAILED = /^((?:[^:=]+:)?approvedDeletePlan)=mailed$/;
const SOME_HASH = "0".repeat(16);

/** Matches what a change makes due (changeWords.ts), and what the deletion limit stopped: region and hash. */
const ANNOUNCED = /recovery points? in (\S+) that it kept before a change: .*\. Plan ([0-9a-f]{16})$/gm;
const STOPPED = /recovery points? in (\S+) \(.*?\): none was deleted.*? The plan ([0-9a-f]{16}):/g;

/** Returns the newest plan of each kind and region that a mail named. */
export function mailedHashes(mails: readonly ReceivedMail[]): string[] {
  const newest = new Map<string, string>();
  for (const { body } of mails) {
    for (const pattern of [ANNOUNCED, STOPPED]) {
      for (const [, region = "", hash = ""] of body.matchAll(pattern)) {
        newest.set(`${pattern.source} ${region}`, hash);
      }
    }
  }
  return [...newest.values()];
}

/** Returns an edit as a person writes it. */
export function nameOf(edit: Edit): string {
  return edit.join(" and ");
}

export interface Deployable {
  stackConfig: StackConfig;
  config: VaultConfig;
}

function namespaceOf(key: string): string {
  return key.split(":", 1)[0] ?? "";
}

/**
 * Refuses a namespace that neither the program nor the stack had, since it would change nothing.
 * @throws a user error that names the namespaces
 */
function checkNamespaces({ project, values }: StackConfig, next: StackConfig): void {
  const namespaces = new Set([project, "aws", "pulumi", ...Object.keys(values).map(namespaceOf)]);
  const other = Object.keys(next.values).find((key) => !namespaces.has(namespaceOf(key)));
  if (other !== undefined) throw userError(`--edit: expected a key of ${[...namespaces].join(", ")}, got "${other}"`);
}

/** @throws what the configuration says of it */
function edited({ stackConfig }: Deployable, edit: Edit, hashes: readonly string[]): Deployable {
  const replaced = edit.map((pair) => pair.replace(MAILED, (_, key) => `${key}=${hashes.join(" ")}`));
  const next = withPairs(stackConfig, replaced, "--edit");
  checkNamespaces(stackConfig, next);
  return { stackConfig: next, config: configIn(next) };
}

/**
 * Refuses what can't be deployed, before anything starts.
 * @throws what the configuration says of the first bad one
 */
export function checkEdits(base: Deployable, edits: readonly Edit[]): void {
  let before = base;
  for (const edit of edits) before = edited(before, edit, [SOME_HASH]);
}

/**
 * Applies an edit when its turn has come.
 * @throws a user error for `approvedDeletePlan=mailed` where no mail has named a plan
 */
export function applyEdit(before: Deployable, edit: Edit, mails: readonly ReceivedMail[]): Deployable {
  const hashes = mailedHashes(mails);
  if (hashes.length === 0 && edit.some((pair) => MAILED.test(pair))) {
    throw userError(`--edit: expected a mail that names a plan before "${nameOf(edit)}", got none`);
  }
  return edited(before, edit, hashes);
}
