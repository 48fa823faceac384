/** A life under way: what its events change. */
import { DAY_MS } from "../../src/vault/lib/time";
import type { VaultSettings } from "../../src/vault/model/settings";
import type { Account } from "../simulation/account";
import type { Random } from "../simulation/random";
import type { Chronicle } from "./chronicle";
import type { LifeStage } from "./lifeStage";

export interface Living {
  account: Account;
  stage: LifeStage;
  chronicle: Chronicle;
  random: Random;
  /** Until when nobody wakes the vault. */
  offUntilMs: number;
  /** From when on nothing happens but what a person allows. */
  calmFromMs: number;
}

/** What happened, for the story; `undefined` where there was nothing for it to happen to. */
export type LifeEvent = (living: Living) => string | undefined;

/** Lets something happen days later, unless the calm has begun. */
export function later({ account, calmFromMs }: Living, days: number, happen: () => void): void {
  const atMs = account.time.nowMs() + days * DAY_MS;
  if (atMs < calmFromMs) account.time.at(atMs, happen);
}

/** An edit of the stack. */
export function deploy({ stage, account }: Living, change: Partial<VaultSettings>, what: string): string {
  stage.deploy({ ...account.settings, ...change });
  account.story.count("deployments");
  account.story.tell(`somebody deploys ${what}: ${JSON.stringify(change)}`);
  return what;
}
