/** Gives the stacks of errors the lines of the TypeScript that a file is made from. */
const { readFileSync } = require("node:fs");
const { SourceMap } = require("node:module");

/**
 * Reads a source map only when a stack needs it, because most processes never print one.
 * @param maps path of the source map by file
 */
function mapStacks(maps) {
  const known = new Map();
  const mapOf = (file) => {
    if (!known.has(file)) known.set(file, new SourceMap(JSON.parse(readFileSync(maps.get(file), "utf8"))));
    return known.get(file);
  };
  const textOf = (frame) => {
    const text = frame.toString();
    const file = frame.getFileName();
    if (!maps.has(file)) return text;
    const [line, column] = [frame.getLineNumber(), frame.getColumnNumber()];
    const { originalLine, originalColumn } = mapOf(file).findEntry(line - 1, column - 1);
    if (originalLine === undefined) return text;
    return text.replace(`${file}:${line}:${column}`, () => `${file}:${originalLine + 1}:${originalColumn + 1}`);
  };
  Error.prepareStackTrace = (error, frames) => [`${error}`, ...frames.map((one) => `    at ${textOf(one)}`)].join("\n");
}

module.exports = { mapStacks };
