/** Tests that a config value set with `--secret` remains a secret or is refused, and is nowhere in the clear. */
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { CONFIG_KEYS, parseConfig } from "../../src/config/config";
import { RAW, withValues } from "../support/rawConfig";
import { declareHere } from "../support/stackHere";
import type { Declaration } from "../support/stackProgram";

const ADDRESS = "somebody@secret.example";
const KEY = "smart-vault:alertEmails";

let stack: Declaration;
/** Returns everything that is sent to the engine of each resource: names, inputs, options. */
let requests: object[];

/** Declares prod with one key as a secret. */
beforeAll(async () => {
  const { setAllConfig } = pulumi.runtime;
  jest.spyOn(pulumi.runtime, "setAllConfig").mockImplementation((values) => {
    setAllConfig(values, [KEY]);
  });
  const register = jest.spyOn(MockMonitor.prototype, "registerResource");
  stack = await declareHere("prod", [`alertEmails=["${ADDRESS}"]`]);
  requests = register.mock.calls.map(([request]: [RegisterResourceRequest, unknown]) => ({
    ...request.toObject(),
    object: request.getObject()?.toJavaScript(),
  }));
});

/** Leaves out what the engine keeps encrypted. */
function plainText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    const signed = part as Record<string, unknown> | null;
    return signed?.[specialSigKey] === specialSecretSig ? "[secret]" : part;
  });
}

test("subscribes a secret address as a secret", () => {
  const subscriptions = requests.filter((one) => JSON.stringify(one).includes(ADDRESS));
  expect(subscriptions).toHaveLength(1);
  expect(subscriptions[0]).toMatchObject({
    type: "aws:sns/topicSubscription:TopicSubscription",
    name: "smart-vault-prod-b0eba598",
    object: {
      protocol: "email",
      endpoint: { [specialSigKey]: specialSecretSig, value: ADDRESS },
    },
  });
});

test("shows a secret address in no plain input, name or option of any resource", () => {
  expect(requests.length).toBeGreaterThan(20);
  expect(requests.map(plainText).filter((text) => text.includes(ADDRESS))).toStrictEqual([]);
});

test("shows a secret address neither in the function's archive nor in the program's outputs", () => {
  expect(stack.archive?.text).toContain("smart-vault-prod");
  expect(stack.archive?.text).not.toContain(ADDRESS);
  expect(JSON.stringify(stack.outputs)).not.toContain(ADDRESS);
});

/** Returns the message with which a configuration is refused. */
function refusal(config: Parameters<typeof parseConfig>[0]): string {
  try {
    parseConfig(config);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

test.each(["aws:region", ...CONFIG_KEYS.filter((key) => key !== "alertEmails")])(
  "refuses %s as a secret, by its name and without its value",
  (key) => {
    const values = key === "aws:region" ? {} : { [key]: "a-value-of-its-own" };
    expect(refusal({ ...withValues(values), secretKeys: [key] })).toBe(
      `the configuration of stack s has mistakes:\n  ${key}: expected a plain value, got a secret: it would be ` +
        "readable in the function's code, a policy or a name; only alertEmails may be one",
    );
  },
);

test("reports a wrong secret without its value", () => {
  const raw = { ...withValues({ alertEmails: '["nobody"]' }), secretKeys: ["alertEmails"] };
  expect(refusal(raw)).toContain("alertEmails: expected a list of different e-mail addresses, got a secret value");
  expect(refusal(raw)).not.toContain("nobody");
});

test("says nothing of secrets if the configuration has none", () => {
  expect(parseConfig(RAW)).not.toHaveProperty("secretEmails");
  expect(parseConfig({ ...RAW, secretKeys: ["alertEmails"] }).secretEmails).toBe(true);
});
