/**
 * Loads the archive's `__index.js` as Lambda would, invokes its handler once, and sends what this process has used since
 * it started.
 */
"use strict";

const { handler } = require(process.argv[2]);

process.once("message", async ({ event, context }) => {
  const endMs = Date.now() + 600_000;
  const getRemainingTimeInMillis = () => endMs - Date.now();
  const answer = {};
  try {
    answer.result = await handler(event, { ...context, getRemainingTimeInMillis });
  } catch (error) {
    answer.error = String(error);
  }
  const { user, system } = process.cpuUsage();
  const used = { cpuMs: (user + system) / 1_000, peakMiB: process.resourceUsage().maxRSS / 1_024 };
  process.send({ ...answer, ...used }, () => process.disconnect());
});
process.send("ready");
