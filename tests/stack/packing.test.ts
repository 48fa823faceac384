/** Tests how the code is packed on its way from `CallbackFunction` to the engine: what is refused, and what stays secret. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { specialArchiveSig, specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import { packed } from "../../src/stack/archive/pack";
import { vaultFunction } from "../../src/stack/function";
import type { VaultSettings } from "../../src/vault/model/settings";
import { closureOf, framedFunction } from "../support/serializedText";
import { SETTINGS } from "../support/stackSettings";

const { StringAsset, FileArchive, AssetArchive } = pulumi.asset;

const CRON = closureOf(['const croner_1 = require("croner");\n', framedFunction("__f0", "", "() => croner_1.Cron")]);
const croner = { "node_modules/croner": new FileArchive("node_modules/croner") };

function pack(assets: pulumi.asset.AssetMap): Promise<pulumi.asset.AssetArchive> {
  return packed(new AssetArchive(assets));
}

test("packs a closure into texts alone", async () => {
  const { assets } = await pack({ "__index.js": new StringAsset(CRON), ...croner });
  expect(Object.keys(await assets)).toStrictEqual(["__index.js", "__packages.js", "THIRD-PARTY-NOTICES.txt"]);
});

test("refuses a package that `dependencies` do not lead to, because no check of what ships would see it", async () => {
  await expect(pack({ "__index.js": new StringAsset(CRON) })).rejects.toThrow(
    "archive: node_modules/croner ships, so move it to package.json's dependencies",
  );
});

test.each([
  ["no function", {}],
  ["a function that is no text", { "__index.js": new pulumi.asset.FileAsset("__index.js") }],
  ["a file beside the packages", { "__index.js": new StringAsset(CRON), "notes.txt": new StringAsset("") }],
])("refuses %s", async (_what, assets: pulumi.asset.AssetMap) => {
  await expect(pack({ ...assets, ...croner })).rejects.toThrow(
    /pin @pulumi\/aws in package\.json to the version before/,
  );
});

/** Declares a function with these settings. Returns its code as the engine gets it. */
async function codeOf(settings: pulumi.Output<VaultSettings>): Promise<Record<string, unknown>> {
  const register = jest.spyOn(MockMonitor.prototype, "registerResource");
  const newResource = ({ name, inputs }: pulumi.runtime.MockResourceArgs) => ({
    id: name,
    state: { ...(inputs as object), arn: `arn:aws:lambda:us-east-1:123456789012:function:${name}` },
  });
  await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "smart-vault", "prod", false);
  const role = new aws.iam.Role("function", { assumeRolePolicy: "{}" });
  const numbers = { memoryMb: 512, timeoutSeconds: 600, logRetentionDays: 90 };
  const topicArn = pulumi.output("arn:aws:sns:us-east-1:123456789012:topic");
  const args = { vaultId: "vault", settings, role, topicArn, ...numbers, reserveConcurrency: true, tags: {} };
  const { id } = vaultFunction(args, {});
  await new Promise((done) => id.apply(done));
  const requests = register.mock.calls.map(([request]: [RegisterResourceRequest, unknown]) => request);
  const found = requests.find((request) => request.getType() === "aws:lambda/function:Function");
  return (found?.getObject()?.toJavaScript() as { code: Record<string, unknown> }).code;
}

test("keeps code secret that has a secret in it", async () => {
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  expect(await codeOf(pulumi.secret(SETTINGS))).toMatchObject({
    [specialSigKey]: specialSecretSig,
    value: { [specialSigKey]: specialArchiveSig },
  });
  expect(warn).toHaveBeenCalledTimes(1);
});
