/** The demonstration in short: two instances of the fleet, after one day of backups. */
import { playDisaster } from "../../src/local/disaster/disaster";
import { declaringAfar } from "../support/declaringAfar";
import { emulatorHome } from "../support/emulatorHome";

it("launches instances in the DR region from tags alone while the primary region is dark, and loses nothing without a word", async () => {
  const script = {
    declaring: declaringAfar,
    home: emulatorHome("disaster"),
    days: 1,
    names: ["web-1", "node-a", "node-b", "win-1", "trust-1"],
  };
  const disaster = await playDisaster(
    script,
    () => undefined,
    () => undefined,
  );
  const { survivors, darkCalls, remains, isProven } = disaster;
  expect(survivors.map(({ name, exitCode, error }) => [name, exitCode, error])).toStrictEqual([
    ["web-1", 0, undefined],
    ["node-a", 0, undefined],
    ["node-b", 0, undefined],
    ["trust-1", 0, undefined],
    ["win-1", 0, undefined],
  ]);
  const unsaid = survivors.flatMap(({ facts }) => facts.filter(({ fate }) => fate === "LOST, NOT REPORTED"));
  expect(unsaid).toStrictEqual([]);
  expect([darkCalls, remains, isProven]).toStrictEqual([[], [], true]);
  const fates = survivors.map(({ facts }) => Object.fromEntries(facts.map(({ fact, fate }) => [fact, fate])));
  expect(fates[0]).toMatchObject({
    "metadata hopLimit": "same",
    "interface 1 privateIp": "same",
    "interface 0 sourceDestCheck": "same",
    "interface 0 groupIds": "mapped",
    "interface 0 elasticIp": "lost, reported",
    disableApiTermination: "same",
    cpuCredits: "same",
    keyName: "same",
  });
  // They share one new volume, which came with one of them.
  for (const node of [fates[1], fates[2]]) {
    expect(node).toMatchObject({ "volume /dev/sdm type": "same", "volume /dev/sdm instances": "same" });
  }
  expect(fates[3]).toMatchObject({ tpmSupport: "same", "UEFI variables": "same" });
  // Its copies lost their billing code, so that it came by way of a public image.
  expect(fates[4]).toMatchObject({ usageOperation: "same", imageId: "same", "volume xvdf sizeGiB": "same" });
}, 300_000);
