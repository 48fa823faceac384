/**
 * Puts the model behind the SDK: `send` of the three clients, the Powertools logger and metrics, by their prototypes,
 * so that the source handler and the serialized archive are caught in the same way. Who calls is known by
 * AsyncLocalStorage. Nothing of the SDK's own middleware runs; its retries are modeled in wire.ts.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { Invocation } from "./account/invocation";

export const caller = new AsyncLocalStorage<Invocation>();

/** Properties of a client that the model needs. */
export interface ClientTraits {
  region: string;
  attempts: number;
  /** True if it sends again after a lost answer or a server error. */
  retriesTransient: boolean;
}

type Config = Pick<EC2Client["config"], "region" | "maxAttempts" | "retryStrategy" | "credentials">;

/** Asks the client's own retry strategy what it would do. A refusal comes at once; a retry comes after a wait. */
async function traitsOf(config: Config): Promise<ClientTraits> {
  // A PUT is signed with them; resolved now, they cause no wait later.
  await config.credentials();
  const strategy = await config.retryStrategy();
  let retriesTransient = false;
  if ("refreshRetryTokenForRetry" in strategy) {
    const token = await strategy.acquireInitialRetryToken("simulation");
    const ask = async () => strategy.refreshRetryTokenForRetry(token, { errorType: "TRANSIENT" });
    const agreed = ask().then(
      () => true,
      () => false,
    );
    const waits = new Promise<boolean>((resolve) => {
      setImmediate(resolve, true);
    });
    retriesTransient = await Promise.race([agreed, waits]);
  }
  return { region: await config.region(), attempts: await config.maxAttempts(), retriesTransient };
}

type Send = (invocation: Invocation, traits: ClientTraits, command: never) => Promise<unknown>;

interface Prototype {
  prototype: object;
}

/** Classes, from wherever the handler takes them. */
export interface Sdk {
  clients: readonly Prototype[];
  Logger: Prototype;
  Metrics: Prototype;
  /** SignatureV4, which signs each PUT. */
  Signer: Prototype;
}

interface Fields {
  kind?: string;
  subject?: string;
  status?: string;
  count?: number;
  detail?: string;
  instanceId?: string;
  sourceSnapshotId?: string;
  snapshotId?: string;
  region?: string;
}

/** Keeps with the invocation what the rules need of the decisions that the vault logs. */
function onLog(message: string, fields: Fields = {}): void {
  const invocation = caller.getStore();
  if (invocation === undefined) return;
  if (fields.status === "deferred") invocation.deferred += fields.count ?? 1;
  if (message === "problem" || message === "notice") {
    const key = `${fields.kind ?? ""}/${fields.subject ?? ""}`;
    const said = message === "notice" ? invocation.notices : invocation.problems;
    said.push({ key, message: fields.detail ?? "" });
  } else if (fields.status === "failed" && fields.detail !== undefined) {
    const { instanceId, sourceSnapshotId, snapshotId = "", region = "" } = fields;
    const copied = sourceSnapshotId === undefined ? undefined : `${sourceSnapshotId} in ${region}`;
    const subject = instanceId ?? copied ?? snapshotId;
    invocation.problems.push({ key: `${message}-failed/${subject}`, message: fields.detail });
  }
}

/**
 * Signs nothing. The signer keeps keys by day and region for the whole process, so that the order of two PUTs would depend
 * on the seeds that were played before.
 */
function unsigned<T>(request: T): Promise<T> {
  return Promise.resolve(request);
}

function nothing(): void {
  // Discarded.
}

interface Waiting {
  client: object;
  begin: (traits: ClientTraits) => void;
}

/**
 * Collects what is known of each client. Asking a client takes the SDK some real turns of the event loop (it may look
 * for a config file), so calls wait for it in the order in which they were sent, and virtual time waits for them.
 */
function makeRegister() {
  const known = new WeakMap<object, ClientTraits>();
  const queue: Waiting[] = [];
  let asking = 0;
  const flush = () => {
    for (const { client, begin } of queue.splice(0)) {
      const traits = known.get(client);
      if (traits !== undefined) begin(traits);
    }
  };
  const ask = async (client: { config: Config }) => {
    asking += 1;
    known.set(client, await traitsOf(client.config));
    asking -= 1;
    if (asking === 0) flush();
  };
  return {
    isAsking: () => asking > 0,
    whenKnown: (client: { config: Config }, begin: (traits: ClientTraits) => void) => {
      const traits = known.get(client);
      if (traits !== undefined && asking === 0) {
        begin(traits);
        return;
      }
      const asked = traits !== undefined || queue.some((waiting) => waiting.client === client);
      queue.push({ client, begin });
      if (!asked) void ask(client);
    },
  };
}

/**
 * Intercepts the one request that the vault sends without the SDK: a PUT to a bucket. It has its own attempts.
 */
function interceptFetch(send: Send): () => void {
  const before = globalThis.fetch;
  globalThis.fetch = async (url, init) => {
    const invocation = caller.getStore();
    if (invocation === undefined) throw new Error("a request outside of any invocation");
    const { hostname, pathname } = new URL(url instanceof Request ? url.url : url);
    const [Bucket, service, region = ""] = hostname.split(".");
    if (service !== "s3") throw new Error(`a request to ${hostname} is not modelled`);
    const input = { Bucket, Key: decodeURIComponent(pathname.slice(1)), Body: init?.body };
    const command = { constructor: { name: "PutObjectCommand" }, input };
    const traits = { region, attempts: 1, retriesTransient: false };
    const answer = (status: number, text: string) =>
      Object.assign(new Response(null, { status }), { text: () => Promise.resolve(text) });
    try {
      await send(invocation, traits, command as never);
      return answer(200, "");
    } catch (error) {
      const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
      if ($metadata?.httpStatusCode === undefined) throw error;
      return answer($metadata.httpStatusCode, `<Error><Code>${name}</Code></Error>`);
    }
  };
  return () => {
    globalThis.fetch = before;
  };
}

export interface Interception {
  /** Returns true if calls wait for real turns of the event loop. */
  isWaiting(): boolean;
  remove(): void;
}

/** @param send what becomes of a call */
export function intercept(sdk: Sdk, send: Send): Interception {
  const register = makeRegister();
  function simulatedSend(this: { config: Config }, command: never): Promise<unknown> {
    const invocation = caller.getStore();
    if (invocation === undefined) throw new Error("a call outside of any invocation");
    return new Promise((resolve, reject) => {
      register.whenKnown(this, (traits) => {
        send(invocation, traits, command).then(resolve, reject);
      });
    });
  }
  const restore: (() => void)[] = [];
  const patch = ({ prototype }: Prototype, methods: Record<string, unknown>) => {
    for (const [name, value] of Object.entries(methods)) {
      const before = Object.getOwnPropertyDescriptor(prototype, name);
      Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
      restore.push(() => {
        Reflect.deleteProperty(prototype, name);
        if (before !== undefined) Object.defineProperty(prototype, name, before);
      });
    }
  };
  restore.push(interceptFetch(send));
  for (const client of sdk.clients) patch(client, { send: simulatedSend });
  patch(sdk.Logger, { info: onLog, error: onLog, warn: onLog, appendKeys: nothing });
  patch(sdk.Signer, { sign: unsigned });
  patch(sdk.Metrics, { addMetric: nothing, publishStoredMetrics: nothing });
  return {
    isWaiting: register.isAsking,
    remove: () => {
      for (const undo of restore.reverse()) undo();
    },
  };
}
