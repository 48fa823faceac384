/** A client of the SDK whose requests are answered here, without a connection. */
import { Readable } from "node:stream";
import { EC2Client } from "@aws-sdk/client-ec2";

export interface Answered {
  client: EC2Client;
  /** Bodies of the requests. */
  requests: URLSearchParams[];
}

/** Answers with each body in turn, in pieces; the last one is given again and again. */
export function answering(bodies: readonly (readonly Uint8Array[])[], statusCode = 200): Answered {
  const requests: URLSearchParams[] = [];
  const client = new EC2Client({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    requestHandler: {
      handle: ({ body }: { body: string }) => {
        const pieces = bodies[Math.min(requests.length, bodies.length - 1)] ?? [];
        requests.push(new URLSearchParams(body));
        const headers = { "x-amzn-requestid": "r-1" };
        return Promise.resolve({
          response: { statusCode, headers, body: Readable.from(pieces, { objectMode: false }) },
        });
      },
    },
  });
  return { client, requests };
}
