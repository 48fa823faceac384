/** Tests the queue of hints and what it needs, with exact inputs. */
import { type DeclaredStack, ARN, declareStack } from "../support/stackProgram";

const VAULT = "smart-vault-prod";
const TAGS = { "smart-vault:vault": VAULT };
const QUEUE = "aws:sqs/queue:Queue";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await declareStack("prod");
});

test("the queue keeps a message no longer than one that fails is hidden, so that none comes twice", () => {
  const { policy, ...inputs } = stack.inputs(QUEUE, `${VAULT}-hints`);
  expect(inputs).toStrictEqual({
    name: `${VAULT}-hints`,
    visibilityTimeoutSeconds: 600,
    messageRetentionSeconds: 600,
    sqsManagedSseEnabled: true,
    tags: TAGS,
  });
  expect(JSON.parse(String(policy))).toStrictEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "sqs:*",
        Resource: ARN.hintQueue(VAULT),
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
});

test("Lambda passes messages on one by one, with no limit that would make it poll more often", () => {
  expect(stack.inputs(MAPPING, `${VAULT}-hints`)).toStrictEqual({
    eventSourceArn: ARN.hintQueue(VAULT),
    functionName: ARN.function(VAULT),
    batchSize: 1,
    tags: TAGS,
  });
});

test("the mapping is made after the permissions that Lambda checks", () => {
  expect(stack.options(MAPPING, `${VAULT}-hints`).after).toContain(`aws:iam/rolePolicy:RolePolicy ${VAULT}-function`);
});

test.each([
  [120, 600],
  [900, 900],
])(
  "with a timeout of %d seconds a message is hidden for %d, since Lambda refuses less than the timeout",
  async (timeout, hidden) => {
    const other = await declareStack("prod", [`timeoutSeconds=${timeout}`]);
    const { visibilityTimeoutSeconds, messageRetentionSeconds } = other.inputs(QUEUE, `${VAULT}-hints`);
    expect([visibilityTimeoutSeconds, messageRetentionSeconds]).toStrictEqual([hidden, hidden]);
  },
);

test("the role may send to this queue, do there what Lambda requires of it, and use no other", () => {
  const { policy } = stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`);
  const { Statement } = JSON.parse(String(policy)) as { Statement: { Sid: string; Action: string | string[] }[] };
  expect(Statement.flatMap(({ Action }) => Action).filter((action) => action.startsWith("sqs:"))).toHaveLength(4);
  expect(Statement.find(({ Sid }) => Sid === "Hint")).toStrictEqual({
    Sid: "Hint",
    Effect: "Allow",
    Action: ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"],
    Resource: ARN.hintQueue(VAULT),
  });
});
