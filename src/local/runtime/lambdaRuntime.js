/**
 * Emulates Lambda's runtime in plain Node: loads the archive's `__index.js` and calls its handler for every message.
 * Only the time differs from Lambda: the parent sets it with each invocation.
 */
"use strict";

const RealDate = Date;
let offsetMs = 0;

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + offsetMs);
    else super(...args);
  }
  static now() {
    return RealDate.now() + offsetMs;
  }
};

// What the function prints goes along with the answer, so that the parent knows it when the invocation ends.
let printed = [];
const collect = (chunk) => {
  printed.push(String(chunk));
  return true;
};
process.stdout.write = collect;
process.stderr.write = collect;

const loadStart = process.hrtime.bigint();
const { handler } = require(process.argv[2]);
const loadMs = Number(process.hrtime.bigint() - loadStart) / 1e6;

process.on("message", async ({ id, event, nowMs, timeoutMs, context }) => {
  offsetMs = nowMs - RealDate.now();
  const endMs = Date.now() + timeoutMs;
  const answer = (fields) => {
    const log = printed.join("");
    printed = [];
    process.send({ id, ...fields, log, nowMs: Date.now() });
  };
  try {
    const getRemainingTimeInMillis = () => Math.max(0, endMs - Date.now());
    answer({ result: await handler(event, { ...context, getRemainingTimeInMillis }) });
  } catch (error) {
    const { name, message, stack } = error;
    answer({ error: { errorType: name, errorMessage: message, stack } });
  }
});
process.on("disconnect", () => process.exit(0));
process.send({ ready: true, loadMs });
