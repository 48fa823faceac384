/** Tests `verify:aws` when AWS answers one call differently: each row fails on its own. */
import { exitCodeOf } from "../../src/verify/report";
import { CHECKS } from "../../src/verify/run";
import { type SentCall, ec2Refusal } from "../support/verifyIam";
import { type Twist, type VerifyWorld, startVerifyWorld } from "../support/verifyWorld";

let world: VerifyWorld;
beforeAll(async () => {
  world = await startVerifyWorld();
}, 120_000);
afterAll(() => world.stop());

const NO_KEY = "00000000-0000-4000-8000-000000000000";

type Shown = Record<string, unknown>;

function isDry({ input }: SentCall): boolean {
  return input.DryRun === true;
}

/** Refuses the calls that it applies to. */
function refuse(code: string, applies: (call: SentCall) => boolean): Twist {
  return (call, pass) => (applies(call) ? Promise.reject(ec2Refusal(code, "no")) : pass());
}

/** Changes what the lists of snapshots say of copies. */
function showCopies(change: (copy: Shown) => Shown): Twist {
  return async (call, pass) => {
    const output = (await pass()) as { Snapshots?: Shown[] };
    const isList = call.name === "DescribeSnapshots" && call.region === "us-west-2";
    return isList ? { ...output, Snapshots: output.Snapshots?.map(change) } : output;
  };
}

/** Replaces the code of an error that the emulator answers with. */
function reword(matches: RegExp, code: string, message: string): Twist {
  return async (_call, pass) => {
    try {
      return await pass();
    } catch (error) {
      const known = error as Error;
      throw matches.test(`${known.name}: ${known.message}`) ? ec2Refusal(code, message) : error;
    }
  };
}

/** Only the first time, so that cleaning up works. */
function once(twist: Twist, applies: (call: SentCall) => boolean): Twist {
  let done = false;
  return (call, pass) => {
    if (done || !applies(call)) return pass();
    done = true;
    return twist(call, pass);
  };
}

const lostKeyCopies: Twist = (call, pass) => {
  const { KmsKeyId = "" } = call.input;
  if (call.name === "CopySnapshot" && String(KmsKeyId).endsWith(NO_KEY)) {
    call.input = { ...call.input, KmsKeyId: world.keyArn };
  }
  return pass();
};

const TWISTS: Record<string, { what: string; twist: () => Twist; alsoUnknown?: string[] }> = {
  A1: {
    what: "a pending source has another code",
    twist: () => reword(/IncorrectState.*not completed/, "InvalidParameterValue", "no"),
  },
  A2: {
    what: "IAM evaluates other ARNs",
    twist: () =>
      refuse(
        "UnauthorizedOperation",
        (call) =>
          call.name === "CopySnapshot" &&
          isDry(call) &&
          call.policy?.includes('"ec2:CreateTags","Resource":"*"') === true,
      ),
  },
  A3: {
    what: "CreateAction is another word",
    twist: () =>
      refuse(
        "UnauthorizedOperation",
        (call) =>
          call.name === "CopySnapshot" &&
          isDry(call) &&
          call.policy?.includes('"ec2:CreateAction":"CopySnapshot"') === true,
      ),
  },
  A4: {
    what: "a copy with the vault's rights ends in error",
    twist: () => (call, pass) => {
      if (call.name === "CopySnapshot" && !isDry(call) && call.policy !== undefined) {
        call.input = {
          ...call.input,
          KmsKeyId: String(call.input.KmsKeyId).replace(/[^/]+$/, NO_KEY),
        };
      }
      return pass();
    },
  },
  A5: {
    what: "the copy is under another key",
    twist: () => showCopies((copy) => ({ ...copy, KmsKeyId: "arn:aws:kms:us-west-2:123456789012:key/other" })),
  },
  A6: {
    what: "a copy has its tags only when it is completed",
    twist: () => showCopies((copy) => (copy.State === "pending" ? { ...copy, Tags: [] } : copy)),
  },
  A7: {
    what: "the filter takes * literally",
    // In the request, because the vault reads the answer itself.
    twist: () => (call, pass) => {
      const { Filters = [] } = call.input as { Filters?: { Name: string; Values: string[] }[] };
      const literal = Filters.map((one) => ({
        ...one,
        Values: one.Values.map((value) => value.replaceAll("*", "(asterisk)")),
      }));
      if (call.name === "DescribeSnapshots") call.input = { ...call.input, Filters: literal };
      return pass();
    },
  },
  A8: {
    what: "a copy starts before its source",
    twist: () =>
      showCopies((copy) => ({ ...copy, StartTime: new Date((copy.StartTime as Date).getTime() - 86_400_000) })),
  },
  A9: { what: "a copy has no CompletionTime", twist: () => showCopies(({ CompletionTime: _none, ...copy }) => copy) },
  A10: {
    what: "a page of 1,000 is too large",
    twist: () =>
      refuse(
        "InvalidParameterValue",
        ({ name, region }) => name === "DescribeLockedSnapshots" && region === "us-east-1",
      ),
  },
  A11: { what: "a copy under no key completes", twist: () => lostKeyCopies },
  A12: {
    what: "the tag is no condition of a deletion",
    twist: () => refuse("DryRunOperation", (call) => call.name === "DeleteSnapshot" && isDry(call)),
  },
  A13: {
    what: "the duration is no condition of a lock",
    twist: () => refuse("DryRunOperation", (call) => call.name === "LockSnapshot" && isDry(call)),
  },
  A14: {
    what: "a lock ends days later",
    twist: () => async (call, pass) => {
      const output = (await pass()) as { Snapshots?: Shown[] };
      if (call.name !== "DescribeLockedSnapshots") return output;
      const LockExpiresOn = new Date("2030-01-01T00:00:00Z");
      return { ...output, Snapshots: output.Snapshots?.map((one) => ({ ...one, LockExpiresOn })) };
    },
  },
  A15: { what: "the refusal does not name the lock", twist: () => reword(/is locked/, "OperationNotPermitted", "no") },
  A16: {
    what: "a lock can't be taken off",
    twist: () =>
      once(
        refuse("OperationNotPermitted", () => true),
        (call) => call.name === "UnlockSnapshot" && !isDry(call),
      ),
    alsoUnknown: ["A17"],
  },
  A17: {
    what: "what is gone has another code",
    twist: () => reword(/InvalidSnapshot.NotFound/, "InvalidParameterValue", "no"),
  },
};

describe("verify:aws when AWS behaves differently", () => {
  it("has a twist for every row", () => {
    expect(Object.keys(TWISTS)).toEqual(CHECKS.map(({ id }) => id));
  });

  it.each(Object.entries(TWISTS))("reports only %s as different", async (id, { twist, alsoUnknown = [] }) => {
    const before = await world.existing();
    const run = await world.run({ twist: twist() });
    const not = (verdict: string) => run.results.filter((one) => one.verdict === verdict).map((one) => one.id);
    expect(not("different")).toEqual([id]);
    expect(not("unknown")).toEqual(alsoUnknown);
    expect(exitCodeOf(run)).toBe(1);
    expect(run.left).toEqual([]);
    expect(await world.existing()).toEqual(before);
  });

  it("reports A15 as different if EC2 deletes a locked copy", async () => {
    const run = await world.run({
      twist: (call, pass) => (call.name === "DeleteSnapshot" && !isDry(call) ? Promise.resolve({}) : pass()),
    });
    expect(run.results.find(({ id }) => id === "A15")).toMatchObject({
      verdict: "different",
      seen: "EC2 deleted a locked snapshot",
    });
  });
});
