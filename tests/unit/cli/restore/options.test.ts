/** Options of `vault restore`: what they mean together, and what is said of a wrong combination. */
import { commandOf } from "../../../../src/cli/restore/commandOf";
import { type RestoreOptions, modeOf, patienceOf, rateOf } from "../../../../src/cli/restore/options";

const PLAIN: RestoreOptions = {
  backupTag: "backup",
  input: true,
  userData: true,
  uefiData: true,
  timeout: "30m",
  color: true,
};
const refused = (name: string, message: RegExp) =>
  expect.objectContaining({ exitCode: 2, name, message: expect.stringMatching(message) as string }) as Error;

test.each([
  [{}, "launch"],
  [{ launch: true }, "launch"],
  [{ volumes: true, attach: "web-2", device: ["/dev/sdf"] }, "volumes"],
  [{ replace: true, stop: true, device: ["/dev/xvda"] }, "replace"],
] as const)("%j is a restore of kind %s", (options, mode) => {
  expect(modeOf({ ...PLAIN, ...options })).toBe(mode);
});

test.each([
  [{ launch: true, volumes: true }, "SeveralModes", /expected one of .*--launch.*got --launch and --volumes/],
  [{ volumes: true, replace: true }, "SeveralModes", /got --volumes and --replace/],
  [{ attach: "web-2" }, "WrongOption", /--attach goes with --volumes, not with --launch/],
  [{ stop: true, volumes: true }, "WrongOption", /--stop goes with --replace, not with --volumes/],
  [{ isolate: true, replace: true }, "WrongOption", /--isolate goes with --launch, not with --replace/],
  [{ instanceType: "m5.large", volumes: true }, "WrongOption", /--instance-type goes with --launch/],
  [{ subnet: "subnet-1", volumes: true }, "WrongOption", /--subnet goes with --launch/],
  [{ groups: ["sg-1"], replace: true }, "WrongOption", /--groups goes with --launch/],
  [{ keyPair: "ops", volumes: true }, "WrongOption", /--key-pair goes with --launch/],
  [{ profile: "app", volumes: true }, "WrongOption", /--profile goes with --launch/],
  [{ baseImage: "ami-1", volumes: true }, "WrongOption", /--base-image goes with --launch/],
  [{ az: "us-west-2a", replace: true }, "WrongOption", /--az goes with --launch and --volumes, not with --replace/],
  [{ az: "us-west-2a", volumes: true, attach: "web-2" }, "WrongOption", /--az .*--attach/],
  [{ shared: true, volumes: true }, "WrongOption", /--shared goes with --launch, not with --volumes/],
  [{ userData: false, volumes: true }, "WrongOption", /--no-user-data goes with --launch, not with --volumes/],
  [{ uefiData: false, replace: true }, "WrongOption", /--no-uefi-data goes with --launch, not with --replace/],
  [{ device: ["/dev/sdf"] }, "WrongOption", /--device goes with --volumes and --replace, not with --launch/],
] as const)("%j is refused, with what was expected and got", (options, name, message) => {
  expect(() => modeOf({ ...PLAIN, ...options })).toThrow(refused(name, message));
});

test.each([
  [undefined, undefined],
  [true, 300],
  ["100", 100],
  ["250", 250],
] as const)("--fast %s reads at %s MiB/s", (fast, rate) => {
  expect(rateOf({ ...PLAIN, ...(fast !== undefined && { fast }) })).toBe(rate);
});

test.each(["99", "301", "fast", "150.5", ""])('--fast "%s" is refused, and 100 to 300 are named', (fast) => {
  expect(() => rateOf({ ...PLAIN, fast })).toThrow(refused("BadRate", /expected a rate of 100 to 300, got/));
});

test("--timeout is a duration", () => {
  expect(patienceOf({ timeout: "90m" })).toBe(90 * 60_000);
  expect(() => patienceOf({ timeout: "soon" })).toThrow(expect.objectContaining({ exitCode: 2 }) as Error);
});

test("the command after a dry run has every option that decides, and none that asks or shows", () => {
  const options = {
    ...PLAIN,
    dryRun: true,
    yes: true,
    at: "yesterday 14:00",
    az: "us-west-2a",
    isolate: true,
    fast: "200",
    groups: ["sg-1", "sg-2"],
    backupTag: "keep",
    userData: false,
    uefiData: false,
  };
  expect(commandOf("i-1", "launch", "us-west-2", options)).toBe(
    "vault restore i-1 --launch --region us-west-2 --at 'yesterday 14:00' --az us-west-2a --backup-tag keep --isolate " +
      "--no-user-data --no-uefi-data --groups sg-1 sg-2 --fast 200",
  );
  expect(commandOf("i-1", "replace", "r", { ...PLAIN, stop: true, device: ["/dev/it's"], fast: true })).toBe(
    "vault restore i-1 --replace --region r --stop --device '/dev/it'\\''s' --fast",
  );
});
