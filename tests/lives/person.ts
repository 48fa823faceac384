/** Plays the person who reads the mails, and approves a plan within hours or days, reverts the edit, or forgets. */
import type { Mail } from "./chronicle";
import { takeBack } from "./editEvents";
import { type Living, deploy } from "./living";
import { DAY_MS } from "../../src/vault/lib/time";

const MOST_ALLOWED = 4;

function allow(living: Living, hash: string): void {
  const { approvedDeletePlan } = living.account.settings;
  if (approvedDeletePlan.includes(hash)) return;
  const all = [...approvedDeletePlan, hash].slice(-MOST_ALLOWED);
  living.account.story.count("plans allowed");
  deploy(living, { approvedDeletePlan: all }, "a plan that it allows");
}

export function answer(living: Living, mails: readonly Mail[]): void {
  const { account, random, calmFromMs } = living;
  const { story, time } = account;
  for (const { hash, kind, region } of mails) {
    story.count(`announced: ${kind}`);
    const isCalm = time.nowMs() >= calmFromMs;
    const lot = random.next();
    // In the calm what the limit stopped is approved, because nothing else releases it.
    const allows = isCalm ? kind === "limit" : lot < 0.35;
    if (allows) {
      time.after(random.skewed(0.02, isCalm ? 0.5 : 6) * DAY_MS, () => {
        story.tell(`a person allows ${hash} in ${region}`);
        allow(living, hash);
      });
    } else if (!isCalm && lot < 0.5) {
      time.after(random.skewed(0.1, 5) * DAY_MS, () => {
        if (time.nowMs() >= calmFromMs) return;
        story.count("edits taken back after a mail");
        takeBack(living);
      });
    }
  }
}
