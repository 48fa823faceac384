/**
 * Lets Node require TypeScript, and keeps the JavaScript in node_modules/.cache, so that only the first start waits for the
 * compiler. An entry is named by the text that it is made from: nothing has to be invalidated.
 */
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { mapStacks } = require("./stacks.js");

/** Part of each name. Raise it if this file makes other JavaScript of the same text. */
const FORM = 2;

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
 * Returns what transpiles, with a cache.
 * @param root the project's folder, with its tsconfig.json and node_modules
 * @param onSlow called once, before the compiler is loaded
 * @returns a function from a text and its file to the JavaScript and the path of its source map
 */
function makeTranspiler(root, onSlow) {
  const folder = join(root, "node_modules", ".cache", "smart-vault");
  const { version } = require("typescript/package.json");
  const config = read(join(root, "tsconfig.json"));
  const seed = `${FORM} ${version} ${config}`;
  let compile;
  const load = () => {
    onSlow();
    const ts = require("typescript");
    const { compilerOptions } = ts.parseConfigFileTextToJson("tsconfig.json", config).config;
    const options = { ...compilerOptions, sourceMap: true };
    return (text, fileName) => ts.transpileModule(text, { compilerOptions: options, fileName });
  };
  return (text, filename) => {
    const name = createHash("sha256").update(seed).update(text).digest("hex");
    const map = join(folder, `${name}.map`);
    const known = read(join(folder, `${name}.js`));
    if (known !== undefined) return { code: known, map };
    compile ??= load();
    const { outputText, sourceMapText } = compile(text, filename);
    const code = outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, "");
    // The map first: whoever finds the JavaScript finds it too.
    keep(folder, `${name}.map`, sourceMapText);
    keep(folder, `${name}.js`, code);
    return { code, map };
  };
}

/** Registers the extension `.ts`; see {@link makeTranspiler}. */
function register(root, onSlow) {
  const transpile = makeTranspiler(root, onSlow);
  const maps = new Map();
  mapStacks(maps);
  require.extensions[".ts"] = (module, filename) => {
    const { code, map } = transpile(readFileSync(filename, "utf8"), filename);
    maps.set(filename, map);
    module._compile(code, filename);
  };
}

module.exports = { register };
