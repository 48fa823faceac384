#!/usr/bin/env node
/** Starts the command `vault`: main.ts, on the pinned Node of node_modules where the one at hand is older. */
const { spawn } = require("node:child_process");
const nodeModule = require("node:module");
const { join } = require("node:path");

const ROOT = join(module.path, "..", "..");
const PINNED_MAJOR = 24;
/** Set for the Node that this one starts. */
const STARTED = "SMART_VAULT_STARTED";

const args = process.argv.slice(2);
/** These only print, so that any Node will do, and a second one would only take time. */
const isPrinting =
  args.length === 0 || args[0] === "completion" || args.some((one) => /^(-h|--help|-V|--version)$/.test(one));

/** Returns the path of the pinned Node; undefined where it is not installed, or not needed. */
function newerNode() {
  if (isPrinting || Number(process.versions.node.split(".")[0]) >= PINNED_MAJOR) return undefined;
  try {
    return require.resolve("node/bin/node");
  } catch {
    return undefined;
  }
}

/**
 * Runs this file again on another Node. On a terminal Ctrl-C reaches both, and `kill` only this one, so each signal is passed
 * on; the child takes two at once for one.
 */
function runOn(node) {
  const env = { ...process.env, [STARTED]: "1" };
  const child = spawn(node, [module.filename, ...args], { stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`vault: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("close", (code) => {
    process.exitCode = code ?? 1;
  });
}

function runHere() {
  nodeModule.enableCompileCache?.();
  const { register } = require("../transpile/transpile.js");
  register(ROOT, () => {
    if (!args.includes("--json")) process.stderr.write("vault: compiling what this command needs, once\n");
  });
  require("./main.ts");
}

const newer = newerNode();
if (newer === undefined) runHere();
else runOn(newer);
