import { isDropout, problem, type ProblemKind } from "../../../src/vault/model/problem";
import { planDropouts } from "../../../src/vault/plan/snapshots/dropoutProblems";
import type { Dropout } from "../../../src/vault/model/dropout";
import type { SlotTask } from "../../../src/vault/model/trigger";
import type { CoreSettings } from "../../../src/vault/model/settings";
import { DAY_MS } from "../../../src/vault/lib/time";
import { NOW, OPEN, SETTINGS, SLOT, keeping } from "../../support/world";

const CLOSING: SlotTask = { slot: SLOT, mode: "closing" };

function dropout(extra: Partial<Dropout> = {}): Dropout {
  return {
    instanceId: "i-2",
    tags: { Name: "web" },
    newestMs: NOW - DAY_MS,
    policyName: "true",
    because: "left",
    ...extra,
  };
}

function reported(extra: Partial<Dropout>, policy: CoreSettings = SETTINGS) {
  return planDropouts([dropout(extra)], policy, OPEN, NOW).problems;
}

test("reports a missing tag as a notice, with what to do if it was intended and if it was not", () => {
  expect(reported({})).toStrictEqual([
    {
      kind: "not-protected-anymore",
      subject: "i-2",
      message:
        "i-2 (web) is not backed up any more: it has no tag Backup. Its newest recovery point is of 2026-11-21T03:00:00Z.",
      hint: "To back it up again:\naws ec2 create-tags --region us-east-1 --resources i-2 --tags Key=Backup,Value=true\nIf you want no more backups of it, do nothing. Its policy's rules apply until 2026-12-21, 30 days after its newest recovery point, and until a mail has announced the change. After that, only the newest recovery point of each volume is kept.",
      severity: "notice",
    },
  ]);
});

test.each([
  [
    { Backup: "True " },
    'i-2 is not backed up any more: it has the tag Backup="True ". The vault backs up only Backup="true"',
  ],
  [
    { backup: "true" },
    'i-2 is not backed up any more: it has the tag backup="true". The vault backs up only Backup="true"',
  ],
  [
    { Backup: "none" },
    'i-2 is not backed up any more: it has the tag Backup="none". The vault backs up only Backup="true"',
  ],
])("reports a tag that does not match as a failure: %p", (tags, message) => {
  const [problem] = reported({ tags });
  expect([problem?.severity, problem?.message.split(". Its newest")[0]]).toStrictEqual(["failure", message]);
});

describe("the suggested command", () => {
  const policy = { ...SETTINGS, policies: { gold: keeping(9).true!, ...keeping(30) } };
  const command = (extra: Partial<Dropout>, its: CoreSettings = policy) =>
    /--tags (.*)$/m.exec(reported(extra, its)[0]?.hint ?? "")?.[1];

  test("gives the value that the tag seems to mean, else its former one, else the first", () => {
    expect(command({ tags: { Backup: "GOLD" } })).toBe("Key=Backup,Value=gold");
    expect(command({ tags: {} })).toBe("Key=Backup,Value=true");
    expect(command({ tags: {}, policyName: "silver" })).toBe("Key=Backup,Value=gold");
    expect(command({ tags: {}, policyName: undefined })).toBe("Key=Backup,Value=gold");
  });

  test("can be pasted, whatever the tag is called", () => {
    expect(command({ tags: {} }, { ...policy, tagKey: "it's, a key" })).toBe(
      `'[{"Key":"it'\\''s, a key","Value":"true"}]'`,
    );
  });
});

describe("a second notice, before the recovery points become orphans, says what is deleted then:", () => {
  test.each<[string, Partial<CoreSettings>]>([
    ["only the newest recovery point of each volume is kept", {}],
    ["only the newest 2 recovery points of each volume are kept", { keepAtLeast: 2 }],
    ["all of its recovery points are deleted", { orphans: "expire" }],
    ["nothing changes: the rules of its policy go on to decide which recovery points are kept", { orphans: "keep" }],
  ])("%s", (fate, policy) => {
    const its = { ...SETTINGS, ...policy };
    const [problem] = reported({ because: "orphan-soon", newestMs: NOW - 29 * DAY_MS }, its);
    expect([problem?.kind, problem?.severity]).toStrictEqual(["becoming-orphan", "notice"]);
    expect(problem?.message).toBe(
      `i-2 (web) has not been backed up since 2026-10-24T03:00:00Z: it has no tag Backup. From 2026-11-23 on, once a mail has announced it for 7 days, ${fate}.`,
    );
    expect(problem?.hint).toContain("--tags Key=Backup,Value=true\n");
  });
});

test("puts failures before notices, so that the first of very many speaks for all", () => {
  const both = [dropout(), dropout({ instanceId: "i-3", tags: { Backup: "" } })];
  const { problems } = planDropouts(both, SETTINGS, OPEN, NOW);
  expect(problems.map(({ subject }) => subject)).toStrictEqual(["i-3", "i-2"]);
});

describe("an instance that has the tag at the second look", () => {
  const listed = [dropout({ tags: { Backup: "true" } })];

  test("keeps the slot open, and is looked at again soon", () => {
    expect(planDropouts(listed, SETTINGS, OPEN, NOW)).toStrictEqual({
      problems: [],
      settled: false,
      waitsSinceMs: NOW,
    });
  });

  test("is reported when the window closes", () => {
    const plan = planDropouts(listed, SETTINGS, CLOSING, NOW);
    expect(plan.problems.map(({ kind, subject }) => `${kind}/${subject}`)).toStrictEqual(["slot-missed/i-2"]);
    expect(plan.settled).toBe(true);
  });
});

test("keeps the slot open if instances could not be looked up, and not if nobody dropped out", () => {
  expect(planDropouts("unseen", SETTINGS, CLOSING, NOW)).toStrictEqual({ problems: [], settled: false });
  expect(planDropouts(undefined, SETTINGS, OPEN, NOW)).toStrictEqual({ problems: [], settled: true });
  expect(planDropouts([], SETTINGS, OPEN, NOW)).toStrictEqual({ problems: [], settled: true });
});

test("takes no other problem for a dropout", () => {
  const of = (kind: ProblemKind) => isDropout(problem(kind, "i-1", ""));
  expect([of("no-volumes"), of("becoming-orphan")]).toStrictEqual([false, true]);
});
