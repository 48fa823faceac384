/**
 * Writes one object to a bucket of the vault: a PUT that the SDK's own signer signs and Node's fetch sends. The S3 client
 * would make the archive larger than allowed (docs/adr/0014). Endpoint and credentials come from the same sources as
 * the SDK's.
 */
import { createHash } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { vaultError } from "../lib/errors";
import type { BucketTarget } from "../model/settings";

/**
 * Writes under a key.
 * @throws an error in the SDK's form: a code as `name`, and `$metadata`
 */
export type PutObject = (key: string, body: string) => Promise<void>;

type SignerOptions = ConstructorParameters<typeof SignatureV4>[0];

/** Credentials and hash that a client of the SDK already has. */
export type Signing = Pick<SignerOptions, "credentials" | "sha256">;

const ATTEMPTS = 3;
const TIMEOUT_MS = 5_000;
/** Number of keys whose last body an environment remembers by hash. Beyond it, all are forgotten. */
const MAX_REMEMBERED = 5_000;

interface Address {
  protocol: string;
  hostname: string;
  port?: number;
  /** Escaped, as S3 signs it. */
  path: string;
}

/**
 * Returns the bucket's own host, or a path below the endpoint that the SDK's standard variables name ("Service-specific
 * endpoints", AWS SDKs and Tools reference guide).
 */
function addressOf({ bucket, host }: BucketTarget, key: string): Address {
  const path = key.split("/").map(encodeURIComponent).join("/");
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL ?? "";
  if (endpoint === "") return { protocol: "https:", hostname: host, path: `/${path}` };
  const { protocol, hostname, port, pathname } = new URL(endpoint);
  const base = pathname.replace(/\/+$/, "");
  return {
    protocol,
    hostname,
    ...(port !== "" && { port: Number(port) }),
    path: `${base}/${bucket}/${path}`,
  };
}

/**
 * Makes an error from S3's answer. Its error document has `<Code>` and `<Message>`; without one only the status is
 * known.
 */
function refusal(httpStatusCode: number, text: string, requestId: string | null): Error {
  const field = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  const status = `HTTP ${httpStatusCode}`;
  const error = vaultError(field("Code") ?? status, field("Message") ?? status);
  return Object.assign(error, { $metadata: { httpStatusCode, requestId: requestId ?? undefined } });
}

/**
 * Decides whether a write is attempted again: not if S3 refused it. Without an answer the object may exist or not, and
 * writing it again does no harm.
 */
function mayPass(error: unknown): boolean {
  const { httpStatusCode = 500 } = (error as ReturnedError).$metadata ?? {};
  return httpStatusCode >= 500;
}

interface ReturnedError {
  $metadata?: { httpStatusCode?: number };
}

async function send(
  signer: SignatureV4,
  { protocol, hostname, port, path }: Address,
  body: string,
  checksum: string,
): Promise<void> {
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  const signed = await signer.sign({
    method: "PUT",
    protocol,
    hostname,
    port,
    path,
    query: {},
    headers: {
      host,
      "content-type": "application/json",
      // A locked object requires a checksum (S3 user guide, "Object Lock considerations").
      "x-amz-checksum-sha256": checksum,
      "x-amz-sdk-checksum-algorithm": "SHA256",
    },
    body,
  });
  const { host: _setByFetch, ...headers } = signed.headers;
  const answer = await fetch(`${protocol}//${host}${path}`, {
    method: "PUT",
    headers,
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await answer.text();
  if (!answer.ok) throw refusal(answer.status, text, answer.headers.get("x-amz-request-id"));
}

/**
 * Returns the function that writes objects. It does not repeat what this environment wrote last under a key.
 * @param signing credentials and hash of any of the vault's clients
 */
export function objectPutter(target: BucketTarget, signing: Signing): PutObject {
  // Only S3 signs the path as it is sent.
  const signer = new SignatureV4({
    ...signing,
    service: "s3",
    region: target.region,
    uriEscapePath: false,
  });
  let remembered: Record<string, string> = {};
  return async (key, body) => {
    const checksum = createHash("sha256").update(body).digest("base64");
    if (remembered[key] === checksum) return;
    const address = addressOf(target, key);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await send(signer, address, body, checksum);
        break;
      } catch (error) {
        if (attempt === ATTEMPTS || !mayPass(error)) throw error;
      }
    }
    if (Object.keys(remembered).length >= MAX_REMEMBERED) remembered = {};
    remembered[key] = checksum;
  };
}
