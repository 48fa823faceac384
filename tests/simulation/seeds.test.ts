/**
 * Tests that no rule breaks under limits, faults and people. Method: the real handler against the model, for the seeds
 * that once found something, a fixed range, and a few new ones every time, which the test prints. `npm run simulate` is
 * the long form.
 */
import { EC2Client } from "@aws-sdk/client-ec2";
import { SignatureV4, clearCredentialCache } from "@smithy/signature-v4";
import { KEPT_SEEDS } from "./keptSeeds";
import { simulate } from "./simulate";
import { vaultSource } from "./source";
import { failureText } from "./summary";
import { playSeeds } from "./seedPool";
import { SIMULATION } from "./workers";

const DAYS = 20;
const FIXED = 16;
const NEW = 6;
const TIMEOUT_MS = 600_000;

/** Plays in separate processes, because jest's coverage makes the handler half as fast. */
async function expectVerified(seeds: readonly number[], days: number): Promise<void> {
  const left = [...seeds];
  const broken: string[] = [];
  let run = 0;
  await playSeeds(
    SIMULATION,
    { days, jobs: 2 },
    () => left.shift(),
    (result) => {
      run += 1;
      if (result.violations.length > 0) broken.push(failureText(result, false));
    },
  );
  if (broken.length > 0) throw new Error(broken.join("\n"));
  expect(run).toBe(seeds.length);
}

const from = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);

describe("the simulation", () => {
  test(
    `finds nothing in the seeds 1 to ${FIXED} and in new ones`,
    async () => {
      const first = Math.floor(Math.random() * 1e9);
      console.log(`new seeds: --first ${first} --seeds ${NEW} --days ${DAYS}`);
      await expectVerified([...from(1, FIXED), ...from(first, NEW)], DAYS);
    },
    TIMEOUT_MS,
  );

  test(
    "finds nothing in the seeds that once found something",
    async () => {
      for (const days of new Set(KEPT_SEEDS.map((one) => one.days))) {
        const seeds = KEPT_SEEDS.filter((one) => one.days === days).map(({ seed }) => seed);
        await expectVerified(seeds, days);
      }
    },
    TIMEOUT_MS,
  );

  test(
    "is the same for the same seed, and different for another",
    async () => {
      const source = vaultSource();
      const [first, again, other] = [
        await simulate(7, 5, source),
        await simulate(7, 5, source),
        await simulate(8, 5, source),
      ];

      expect(again).toEqual(first);
      expect(other.hash).not.toBe(first.hash);
      expect(first.counts.invocations).toBeGreaterThan(100);
    },
    TIMEOUT_MS,
  );

  test("is the same though the signer keeps another seed's key for one of two regions", async () => {
    const source = vaultSource();
    const first = await simulate(7, 1, source);
    const { credentials, sha256 } = new EC2Client({ region: "eu-west-1" }).config;
    const signer = new SignatureV4({ credentials, sha256, service: "s3", region: "eu-west-1" });
    const put = { method: "PUT", protocol: "https:", hostname: "b.s3.amazonaws.com", path: "/k", headers: {} };
    clearCredentialCache();
    await signer.sign(put, { signingDate: new Date("2026-03-01T03:00:00Z") });

    expect(first.counts["objects: captures"]).toBeGreaterThan(1);
    expect((await simulate(7, 1, source)).hash).toBe(first.hash);
  });

  test("leaves time and the SDK as they were", async () => {
    const before = Date;
    await simulate(1, 2, vaultSource());

    expect(Date).toBe(before);
    expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(60_000);
  });
});
