/** Tests the loop of a restore: when it looks again, tries again, waits, and gives up. */
import type { Action, Next } from "../../../src/restore/action";
import { type DriveTools, drive } from "../../../src/restore/drive";
import type { Found } from "../../../src/restore/found";
import { ROOT, ZONE } from "../../support/restore/shapes";
import { refused } from "../../support/restore/account";

const NOTHING: Found = { images: [], groups: [], volumes: [], ended: [], endedBefore: 0, interfaces: [], tasks: [] };
const STOP: Action = { do: "stop-instance", instanceId: "i-1" };
const CREATE: Action = { do: "create-volume", volume: ROOT, availabilityZone: ZONE };

interface Script {
  decide: (look: number) => Next;
  perform?: (call: number) => void;
  found?: (look: number) => Found;
  tools?: Partial<DriveTools>;
}

/** Runs the loop in time of its own. */
async function run({ decide, perform = () => undefined, found = () => NOTHING, tools = {} }: Script) {
  let [nowMs, looks, calls] = [0, 0, 0];
  const waits: string[] = [];
  const outcome = await drive(() => decide(looks), {
    observe: () => {
      looks += 1;
      if (looks > 500) throw new Error("no end");
      return Promise.resolve(looks).then(found);
    },
    perform: () => {
      calls += 1;
      return Promise.resolve(calls).then(perform);
    },
    sleep: (ms) => {
      nowMs += ms;
      return Promise.resolve();
    },
    nowMs: () => nowMs,
    isStopped: () => false,
    onStep: () => undefined,
    onWait: (what) => waits.push(what),
    patienceMs: 60_000,
    ...tools,
  });
  return { outcome, looks, calls, nowMs, waits };
}

const always = (next: Next) => () => next;

/** Fails with an error so many times. */
function failing(times: number, error: Error) {
  return (call: number) => {
    if (call <= times) throw error;
  };
}

const DONE: Next = { done: true };

test.each([
  ["a server error", refused("InternalError", "oops", 500)],
  ["no answer", Object.assign(new Error("hang up"), { name: "TimeoutError" })],
  ["throttling", refused("RequestLimitExceeded", "slow down", 503)],
  ["a busy resource", refused("IncorrectState", "not yet")],
])("tries four times at most after %s", async (_name, error) => {
  const { outcome, calls } = await run({ decide: always({ action: STOP }), perform: failing(99, error) });
  expect(calls).toBe(4);
  expect(outcome).toMatchObject({
    state: "failed",
    failed: { code: error.name, message: error.message },
    action: STOP,
  });
  const passing = await run({ decide: (look) => (look > 4 ? DONE : { action: STOP }), perform: failing(3, error) });
  expect(passing.outcome.state).toBe("done");
});

test.each([
  ["a refusal", refused("InvalidParameterValue", "no")],
  ["a missing right", refused("UnauthorizedOperation", "no", 403)],
  ["a lack of capacity, although EC2 calls that its own error", refused("InsufficientInstanceCapacity", "full", 500)],
  ["a used up quota", refused("VcpuLimitExceeded", "no")],
])("ends at once after %s, with EC2's code and request", async (_name, error) => {
  const { outcome, calls } = await run({ decide: always({ action: STOP }), perform: failing(99, error) });
  expect(calls).toBe(1);
  expect(outcome).toMatchObject({ failed: { code: error.name, requestId: `r-${error.name}` } });
});

test.each([
  "InvalidAMIName.Duplicate",
  "InvalidGroup.Duplicate",
  "VolumeInUse",
  "DependencyViolation",
  "InvalidVolume.NotFound",
])("looks for 20 seconds whether %s only says that EC2 is late", async (code) => {
  const error = refused(code, "late");
  const late = await run({ decide: (look) => (look > 6 ? DONE : { action: STOP }), perform: failing(99, error) });
  expect(late.outcome.state).toBe("done");
  const never = await run({ decide: always({ action: STOP }), perform: failing(99, error) });
  expect(never.outcome).toMatchObject({ state: "failed", failed: { code } });
  expect(never.nowMs).toBeGreaterThan(20_000);
  expect(never.nowMs).toBeLessThan(30_000);
});

test("takes a step once, and looks until it shows", async () => {
  const { outcome, calls } = await run({ decide: (look) => (look > 8 ? DONE : { action: STOP }) });
  expect([outcome.state, calls]).toStrictEqual(["done", 1]);
});

test("gives a step up that does not show within a minute, with KMS named", async () => {
  const { outcome, calls, nowMs } = await run({ decide: always({ action: CREATE }) });
  expect(calls).toBe(1);
  expect(nowMs).toBeGreaterThan(60_000);
  expect(nowMs).toBeLessThan(70_000);
  expect(outcome).toMatchObject({
    failed: { code: "NoEffect", hint: expect.stringContaining("kms:CreateGrant") as string },
  });
});

test("gives a volume up at once that was there and is gone, with KMS named", async () => {
  const tags = { "smart-vault:restore-role": ROOT.device };
  const made = { ...NOTHING, volumes: [{ volumeId: "vol-1", state: "creating", attachments: [], tags }] };
  const { outcome, nowMs } = await run({
    decide: (look) => (look === 2 ? { wait: "it" } : { action: CREATE }),
    found: (look) => (look === 2 ? made : NOTHING),
  });
  expect(outcome).toMatchObject({ failed: { code: "NoEffect", hint: expect.stringContaining("KMS") as string } });
  expect(nowMs).toBeLessThan(5_000);
});

test("waits for one thing as long as it was told, and for another one as long again", async () => {
  const one = await run({ decide: always({ wait: "the moon" }) });
  expect(one.outcome).toMatchObject({
    failed: { code: "TimedOut", message: expect.stringContaining("the moon") as string },
  });
  expect(one.nowMs).toBeGreaterThan(60_000);
  expect(one.nowMs).toBeLessThan(70_000);
  const two = await run({ decide: (look) => (look > 24 ? DONE : { wait: look > 12 ? "the sun" : "the moon" }) });
  expect(two.outcome.state).toBe("done");
  expect(two.nowMs).toBeGreaterThan(60_000);
});

test("stops between two steps, and says what there is", async () => {
  let isStopped = false;
  const { outcome, calls } = await run({
    decide: always({ action: STOP }),
    perform: () => {
      isStopped = true;
    },
    tools: { isStopped: () => isStopped },
  });
  expect(calls).toBe(1);
  expect(outcome).toStrictEqual({ state: "interrupted", found: NOTHING });
});

test("is done, although it is stopped, where nothing is left to do", async () => {
  const { outcome } = await run({ decide: always(DONE), tools: { isStopped: () => true } });
  expect(outcome.state).toBe("done");
});

test("looks again after a failed look, and ends where looking is refused or keeps failing", async () => {
  const failingLook = (times: number, error: Error) => (look: number) => {
    if (look <= times) throw error;
    return NOTHING;
  };
  const busy = refused("ServiceUnavailable", "oops", 503);
  expect((await run({ decide: always(DONE), found: failingLook(3, busy) })).outcome.state).toBe("done");
  const blind = await run({ decide: always(DONE), found: failingLook(4, busy) });
  expect([blind.looks, blind.outcome]).toMatchObject([4, { state: "failed", failed: { code: "ServiceUnavailable" } }]);
  const denied = await run({
    decide: always(DONE),
    found: failingLook(9, refused("UnauthorizedOperation", "no", 403)),
  });
  expect([denied.looks, denied.outcome.state]).toStrictEqual([1, "failed"]);
});

test("keeps looking for a while where it has to stay done, and goes on where something shows late", async () => {
  const quiet = await run({ decide: always(DONE), tools: { settleMs: 5_000 } });
  expect(quiet.nowMs).toBeGreaterThanOrEqual(5_000);
  const late = await run({ decide: (look) => (look === 3 ? { action: STOP } : DONE), tools: { settleMs: 5_000 } });
  expect([late.outcome.state, late.calls]).toStrictEqual(["done", 1]);
  expect(late.nowMs).toBeGreaterThan(quiet.nowMs);
});

test("ends with what the decision says is wrong", async () => {
  const failed = { code: "DeviceInUse", message: "m", hint: "h" };
  const { outcome } = await run({ decide: always({ failed }) });
  expect(outcome).toStrictEqual({ state: "failed", found: NOTHING, failed });
});
