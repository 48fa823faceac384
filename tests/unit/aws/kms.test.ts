/** Tests what is read of a key's state. */
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { mockClient } from "aws-sdk-client-mock";
import { describeKey } from "../../../src/vault/aws/kms";
import { KEY } from "../../support/world";

const kms = mockClient(KMSClient);
beforeEach(() => {
  kms.reset();
});

const about = { KeyId: KEY };

test.each([
  ["its state", { KeyMetadata: { ...about, KeyState: "Enabled" } }, { state: "Enabled" }],
  [
    "the time of its deletion",
    { KeyMetadata: { ...about, KeyState: "PendingDeletion", DeletionDate: new Date("2026-12-01T10:20:30.400Z") } },
    { state: "PendingDeletion", deletedAt: "2026-12-01T10:20:30Z" },
  ],
  ["that its state is not known", { KeyMetadata: about }, { state: "unknown" }],
  ["that nothing is known", {}, { state: "unknown" }],
] as const)("says %s", async (_what, answer, state) => {
  kms.on(DescribeKeyCommand, { KeyId: KEY }).resolves(answer);
  expect(await describeKey(new KMSClient({}), KEY)).toStrictEqual(state);
});
