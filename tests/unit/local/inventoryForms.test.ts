/**
 * Tests that whatever is in a file, a fleet is read, or one line says where it is not as expected. Method: the bytes
 * that shells write; and what AWS's command line prints, with one value anywhere replaced, left out, doubled or
 * renamed.
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { inventoryOf, readInventory } from "../../../src/local/account/inventory";
import { instancesJson, volumesJson } from "../../support/fleetJson";

type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json };

const folder = mkdtempSync(join(tmpdir(), "smart-vault-forms-"));

function fileWith(bytes: Buffer | string): string {
  const file = join(folder, "given.json");
  writeFileSync(file, bytes);
  return file;
}

const TEXT = JSON.stringify(instancesJson());
const utf16 = (text: string) => Buffer.from(text, "utf16le");

describe("a file of JSON", () => {
  it.each([
    ["UTF-8", Buffer.from(TEXT)],
    ["UTF-8 with a byte order mark", Buffer.from(`\uFEFF${TEXT}`)],
    ["UTF-16 little endian with a byte order mark", utf16(`\uFEFF${TEXT}`)],
    ["UTF-16 big endian with a byte order mark", utf16(`\uFEFF${TEXT}`).swap16()],
    ["UTF-16 without a byte order mark", utf16(TEXT)],
  ])("is read in %s", (_, bytes) => {
    const { instances } = readInventory({ inventory: fileWith(bytes) }, "us-east-1");
    expect(instances.map(({ Tags }) => Tags?.[1])).toEqual(Array(2).fill({ Key: "backup", Value: "True" }));
  });

  it.each([
    ["empty", "", "an empty file"],
    ["blank UTF-16", utf16("\uFEFF \r\n"), "an empty file"],
    ["a table", "| DescribeInstances |\n| x |", "Unexpected token '|'"],
    ["cut off", TEXT.slice(0, 200), ""],
    ["YAML", "Reservations:\n- Instances: []\n", "Unexpected token"],
  ])("that is %s is refused, saying what was found", (_, bytes, found) => {
    const file = fileWith(bytes);
    const reading = () => readInventory({ inventory: file }, "us-east-1");
    const command = "aws ec2 describe-instances --output json";
    expect(reading).toThrow(`--inventory: expected a JSON file, as \`${command}\` prints it, found ${file}: ${found}`);
    expect(reading).not.toThrow("\n");
  });

  it("that is a folder or does not exist is refused with one line", () => {
    for (const file of [folder, join(folder, "nowhere.json")]) {
      const reading = () => readInventory({ inventory: file }, "us-east-1");
      expect(reading).toThrow(`prints it, found ${file}: E`);
    }
  });
});

/** Returns the path to every value below a value. */
function pathsOf(value: Json, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [path, ...keys.flatMap((key) => pathsOf((value as Record<string, Json>)[key], [...path, key]))];
}

type Change = "replace" | "remove" | "double" | "rename";

function changed(value: Json, path: readonly (string | number)[], change: Change, by: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return change === "replace" ? by : value;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, Json>;
  const inner = copy[key];
  if (rest.length > 0) copy[key] = changed(inner, rest, change, by);
  else if (Array.isArray(copy)) {
    (copy as Json[]).splice(
      Number(key),
      1,
      ...(change === "remove" ? [] : change === "double" ? [inner, inner] : [by]),
    );
  } else if (change === "replace") copy[key] = by;
  else {
    Reflect.deleteProperty(copy, key);
    if (change !== "remove") copy[`${key}s`] = inner;
  }
  return copy;
}

const LIKELY = ["us-west-2b", "shutting-down", "", "aws", "__proto__", 0, -1, 1.5, {}, [], [null], { Name: null }];

/** Returns the message where a fleet is refused, after checking that it is a line which names a place. */
function refusal(instances: Json, volumes: Json): string | undefined {
  try {
    const fleet = inventoryOf(instances, volumes, "us-east-1");
    const known = new Set(fleet.volumes.map(({ VolumeId }) => VolumeId));
    for (const { InstanceId, InstanceType, Placement, Tags, BlockDeviceMappings } of fleet.instances) {
      const texts = [
        InstanceId,
        InstanceType,
        Placement?.AvailabilityZone,
        ...(Tags ?? []).flatMap(({ Key, Value }) => [Key, Value]),
      ];
      expect(texts.filter((text) => typeof text !== "string")).toEqual([]);
      for (const { Ebs } of BlockDeviceMappings ?? []) expect(known).toContain(Ebs?.VolumeId);
    }
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    expect([name, message]).toEqual([
      "UserError",
      expect.stringMatching(/^--(inventory|volumes): (.+: )?expected .+, found .+$/),
    ]);
    return message;
  }
}

test("reads a fleet with one value changed anywhere, or refuses it with one line", () => {
  const whole = [instancesJson(), volumesJson()] as Json[];
  const paths = pathsOf(whole).filter((path) => path.length > 0);
  const seen = { read: 0, refused: 0 };
  fc.assert(
    fc.property(
      fc.constantFrom(...paths),
      fc.constantFrom<Change>("replace", "remove", "double", "rename"),
      fc.oneof(fc.constantFrom(...LIKELY), fc.jsonValue({ maxDepth: 2 })),
      (path, change, by) => {
        const [instances, volumes] = changed(whole, path, change, by) as Json[];
        // If the file of volumes is removed, there is none.
        seen[refusal(instances, volumes) === undefined ? "read" : "refused"] += 1;
      },
    ),
    { numRuns: 3_000 },
  );
  expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(300);
});
