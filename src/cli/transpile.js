/**
 * Lets Node require TypeScript, and keeps the JavaScript in node_modules/.cache, so that only the first start waits for the
 * compiler. An entry is named by the text that it is made from: nothing has to be invalidated.
 */
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

/** Part of each name. Raise it if this file makes other JavaScript of the same text. */
const FORM = 1;

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Keeps a text, if the folder can be written. Another process may do the same: the last one wins, with the same text. */
function keep(folder, name, text) {
  try {
    mkdirSync(folder, { recursive: true });
    const own = join(folder, `${name}.${process.pid}`);
    writeFileSync(own, text);
    renameSync(own, join(folder, name));
  } catch {
    // The next start transpiles again.
  }
}

/**
 * Registers the extension `.ts`.
 * @param root the project's folder, with its tsconfig.json and node_modules
 * @param onSlow called once, before the compiler is loaded
 */
function register(root, onSlow) {
  const folder = join(root, "node_modules", ".cache", "smart-vault-cli");
  const { version } = require("typescript/package.json");
  const config = read(join(root, "tsconfig.json"));
  const seed = `${FORM} ${version} ${config}`;
  let transpile;
  const load = () => {
    onSlow();
    const ts = require("typescript");
    const { compilerOptions } = ts.parseConfigFileTextToJson("tsconfig.json", config).config;
    return (text, fileName) => ts.transpileModule(text, { compilerOptions, fileName }).outputText;
  };
  require.extensions[".ts"] = (module, filename) => {
    const text = readFileSync(filename, "utf8");
    const name = `${createHash("sha256").update(seed).update(text).digest("hex")}.js`;
    let code = read(join(folder, name));
    if (code === undefined) {
      transpile ??= load();
      code = transpile(text, filename);
      keep(folder, name, code);
    }
    module._compile(code, filename);
  };
}

module.exports = { register };
