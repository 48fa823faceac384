/** Defines a life under way: what its events change. */
import { DAY_MS } from "../../src/vault/lib/time";
import type { VaultSettings } from "../../src/vault/model/settings";
import type { Account } from "../simulation/account/account";
import type { Random } from "../simulation/random";
import type { Chronicle } from "./chronicle";
import type { LifeStage } from "./lifeStage";

export interface Living {
  account: Account;
  stage: LifeStage;
  chronicle: Chronicle;
  random: Random;
  /** Time until which nothing triggers the vault. */
  offUntilMs: number;
  /** Time from which only approvals by a person happen. */
  calmFromMs: number;
}

/** Description of what happened, for the story; `undefined` if there was nothing for it to happen to. */
export type LifeEvent = (living: Living) => string | undefined;

/** Plans an event for days later, unless the calm has started. */
export function later({ account, calmFromMs }: Living, days: number, happen: () => void): void {
  const atMs = account.time.nowMs() + days * DAY_MS;
  if (atMs < calmFromMs) account.time.at(atMs, happen);
}

/** Edits the stack. */
export function deploy({ stage, account }: Living, change: Partial<VaultSettings>, what: string): string {
  stage.deploy({ ...account.settings, ...change });
  account.story.count("deployments");
  account.story.say(`somebody deploys ${what}: ${JSON.stringify(change)}`);
  return what;
}
