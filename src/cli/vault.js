#!/usr/bin/env node
/** Starts the command `vault`: main.ts by ts-node, on the pinned Node of node_modules where the one at hand is older. */
const { spawn } = require("node:child_process");
const nodeModule = require("node:module");
const { join } = require("node:path");

const ROOT = join(module.path, "..", "..");
const PINNED_MAJOR = 24;

/** Returns the path of the pinned Node; undefined where it is not installed, or not needed. */
function newerNode() {
  if (Number(process.versions.node.split(".")[0]) >= PINNED_MAJOR) return undefined;
  try {
    return require.resolve("node/bin/node");
  } catch {
    return undefined;
  }
}

/** Runs this file again on another Node. Ctrl-C reaches both; the child decides what it means. */
function runOn(node) {
  const child = spawn(node, [module.filename, ...process.argv.slice(2)], { stdio: "inherit" });
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
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
  const options = { transpileOnly: true, cwd: ROOT, dir: ROOT, project: join(ROOT, "tsconfig.json") };
  require("ts-node").register(options);
  require("./main.ts");
}

const newer = newerNode();
if (newer === undefined) runHere();
else runOn(newer);
