/**
 * Declares stacks for the tests in its own process, one after the other; declarerSetup.ts starts it. It must not use
 * Jest.
 */
import { packedFunction } from "../../scripts/sbom";
import type { Request } from "./declarerClient";
import { declareDelivery } from "./deliveryHere";
import { deployHere } from "./deployHere";
import { declareHere, showHere } from "./stackHere";

interface Question {
  id: number;
  /** A {@link Request} as JSON. */
  question: string;
}

export interface Reply {
  id: number;
  /** As JSON. */
  answer?: string;
  error?: string;
}

function answerTo(request: Request): Promise<unknown> {
  switch (request.kind) {
    case "stack":
      return declareHere(request.stack, request.overrides);
    case "preview":
      return showHere(request.stack, request.overrides, true);
    case "update":
      return showHere(request.stack, request.overrides, false);
    case "program":
      return declareDelivery(request.folder, request.stack, request.overrides);
    case "deployed":
      return deployHere(request);
    case "packed":
      return packedFunction();
  }
}

async function reply({ id, question }: Question): Promise<void> {
  const notified: Reply = { id };
  try {
    notified.answer = JSON.stringify(await answerTo(JSON.parse(question) as Request));
  } catch (error) {
    notified.error = error instanceof Error ? error.message : String(error);
  }
  process.send?.(notified);
}

// Pulumi keeps the stack of each of its promises; looking up TypeScript's lines for them all takes a seventh of the
// time.
Reflect.deleteProperty(Error, "prepareStackTrace");

// A program's configuration and monitor are Pulumi's globals.
let last: Promise<void> = Promise.resolve();
process.on("message", (question: Question) => {
  last = last.then(() => reply(question));
});

// At the end of the run, however it ends.
process.once("disconnect", () => process.exit());
