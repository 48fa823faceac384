/** Tests the one S3 call that the vault makes without the SDK: its exact request, its retries, and its errors. */
import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { type PutObject, objectPutter } from "../../../src/vault/aws/s3";
import { causeOf, meaningOf } from "../../../src/vault/aws/errors";

const TARGET = { bucket: "audit", region: "us-west-2", host: "audit.s3.us-west-2.amazonaws.com" };
const SIGNING = {
  credentials: { accessKeyId: "AKID", secretAccessKey: "secret", sessionToken: "token" },
  sha256: new SchedulerClient({}).config.sha256,
};
const KEY = "runs/2026/11/22/20261122T030000Z-run-1.json";
const BODY = '{"a":"ü"}';

interface Sent {
  url: string;
  headers: Record<string, string>;
  body: string;
}

let sent: Sent[];
let answers: (Error | { status: number; text?: string })[];
let put: PutObject;

beforeEach(() => {
  sent = [];
  answers = [];
  jest.spyOn(globalThis, "fetch").mockImplementation((url, init) => {
    const { headers, body } = init as unknown as Sent;
    sent.push({ url: url as string, headers, body });
    const answer = answers.shift() ?? { status: 200 };
    if (answer instanceof Error) return Promise.reject(answer);
    const { status, text = "" } = answer;
    return Promise.resolve(new Response(text, { status, headers: { "x-amz-request-id": "q-1" } }));
  });
  jest.useFakeTimers({ now: Date.parse("2026-11-22T03:01:02Z"), doNotFake: ["nextTick"] });
  put = objectPutter(TARGET, SIGNING);
});

afterEach(() => {
  jest.useRealTimers();
  delete process.env.AWS_ENDPOINT_URL;
  delete process.env.AWS_ENDPOINT_URL_S3;
});

test("puts to the bucket's own host, with the checksum that a locked object requires", async () => {
  await put(KEY, BODY);
  expect(sent).toHaveLength(1);
  const [{ url, headers, body }] = sent as [Sent];
  expect(url).toBe(`https://${TARGET.host}/${KEY}`);
  expect(body).toBe(BODY);
  expect(headers).toMatchObject({
    "content-type": "application/json",
    "x-amz-checksum-sha256": createHash("sha256").update(BODY).digest("base64"),
    "x-amz-sdk-checksum-algorithm": "SHA256",
    "x-amz-content-sha256": createHash("sha256").update(BODY).digest("hex"),
    "x-amz-date": "20261122T030102Z",
    "x-amz-security-token": "token",
  });
  expect(headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKID\/20261122\/us-west-2\/s3\/aws4_request, SignedHeaders=content-type;host;x-amz-checksum-sha256;x-amz-content-sha256;x-amz-date;x-amz-sdk-checksum-algorithm;x-amz-security-token, Signature=[0-9a-f]{64}$/,
  );
});

test.each([
  [{ AWS_ENDPOINT_URL: "http://127.0.0.1:5000" }, "http://127.0.0.1:5000/audit/"],
  [{ AWS_ENDPOINT_URL: "http://all/", AWS_ENDPOINT_URL_S3: "https://s3.local/x/" }, "https://s3.local/x/audit/"],
])("puts to another endpoint if the SDK's standard variables are %j", async (variables, before) => {
  Object.assign(process.env, variables);
  await put(KEY, BODY);
  expect(sent[0]?.url).toBe(before + KEY);
});

test("signs a request for the host that it is sent to", async () => {
  jest.useRealTimers();
  jest.mocked(fetch).mockRestore();
  const seen: { url?: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer(({ url, headers }, response) => {
    seen.push({ url, headers });
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
  await objectPutter(TARGET, SIGNING)(KEY, BODY);
  await new Promise((done) => server.close(done));
  expect(seen).toMatchObject([{ url: `/audit/${KEY}`, headers: { host: `127.0.0.1:${port}` } }]);
});

test.each([[new TypeError("fetch failed")], [{ status: 500 }], [{ status: 503, text: "<Code>SlowDown</Code>" }]])(
  "sends a put again after %p, three times in all",
  async (trouble) => {
    answers = [trouble, trouble];
    await put(KEY, BODY);
    expect(sent).toHaveLength(3);

    answers = [trouble, trouble, trouble];
    await expect(put("other", BODY)).rejects.toThrow(Error);
    expect(sent).toHaveLength(6);
  },
);

test("does not retry a refusal, and reports S3's error in the SDK's form", async () => {
  const text = "<Error><Code>AccessDenied</Code><Message>no right</Message></Error>";
  answers = [{ status: 403, text }];
  const error: unknown = await put(KEY, BODY).catch((thrown: unknown) => thrown);
  expect(sent).toHaveLength(1);
  const cause = causeOf(error);
  expect(cause).toStrictEqual({
    code: "AccessDenied",
    message: "no right",
    requestId: "q-1",
    answered: true,
  });
  expect(meaningOf(cause)).toBe("denied");
});

test("names an error without a document by its status", async () => {
  answers = [{ status: 404 }];
  await expect(put(KEY, BODY)).rejects.toMatchObject({ name: "HTTP 404", message: "HTTP 404" });
});

test("does not write the same object again under the same key, but writes anything else", async () => {
  await put(KEY, BODY);
  await put(KEY, BODY);
  expect(sent).toHaveLength(1);
  await put(KEY, `${BODY} `);
  await put("other", BODY);
  expect(sent).toHaveLength(3);
});

test("writes again what was not written before", async () => {
  answers = [{ status: 403 }];
  await expect(put(KEY, BODY)).rejects.toThrow();
  await put(KEY, BODY);
  expect(sent).toHaveLength(2);
});
