/** Lets a program of this project require TypeScript: `node -r ./src/transpile/register.js file.ts`. */
const nodeModule = require("node:module");
const { join } = require("node:path");
const { register } = require("./transpile.js");

nodeModule.enableCompileCache?.();
register(join(module.path, "..", ".."), () => undefined);
