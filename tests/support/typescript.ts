import { join } from "node:path";

/** Arguments of Node with which it runs a file of TypeScript; see src/transpile. */
export const TYPESCRIPT: readonly string[] = ["-r", join(__dirname, "..", "..", "src", "transpile", "register.js")];
