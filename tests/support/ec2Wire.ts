/**
 * Emulates EC2 on the wire: an HTTP server on this machine that records each request and gives the configured answers.
 */
import { type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** `cut` breaks the connection after the request was read: the call may have taken effect. `none` never answers. */
export type Answer = "cut" | "none" | Body;

interface Body {
  status: number;
  body: string;
  /** Breaks the connection after so many bytes of the body. */
  brokenAfter?: number;
}

function give(response: ServerResponse, { status, body, brokenAfter }: Body): void {
  response.writeHead(status, { "content-type": "text/xml", "content-length": Buffer.byteLength(body) });
  if (brokenAfter === undefined) response.end(body);
  else response.write(body.slice(0, brokenAfter), () => response.destroy());
}

export function ec2Error(status: number, code: string): Answer {
  const body = `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors><RequestID>r-1</RequestID></Response>`;
  return { status, body };
}

export interface Wire {
  /** The fields of each request that arrived. */
  requests: URLSearchParams[];
  close(): Promise<void>;
}

/** Sends all AWS clients that are made from now on here. The last answer is given again and again. */
export async function listen(answers: readonly Answer[]): Promise<Wire> {
  const requests: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const answer = answers[Math.min(requests.length, answers.length - 1)] ?? "cut";
      requests.push(new URLSearchParams(body));
      if (answer === "cut") request.socket.destroy();
      else if (answer !== "none") give(response, answer);
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
  const close = () =>
    new Promise<void>((closed) => {
      delete process.env.AWS_ENDPOINT_URL;
      server.closeAllConnections();
      server.close(() => {
        closed();
      });
    });
  return { requests, close };
}
