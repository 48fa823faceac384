/**
 * Flattens the scopes of serialized functions. In the serializer's frame each call creates the function again and looks up
 * every name through a `with`, which V8 does not optimize. Here each name becomes the variable that it stands for.
 */
import { transform } from "esbuild";
import ts from "typescript";
import type { SerializedFunction } from "./serialized";

/** Returns the name that a function has in its source. The serializer leaves it out, and captures it as any other. */
function ownName({ name, captures, code }: SerializedFunction): string | undefined {
  return ts.isFunctionExpression(code) ? [...captures].find(([, value]) => value === name)?.[0] : undefined;
}

/**
 * Returns a function as one statement that refers to its captures directly: `const __name = function name() { … };`.
 * It has its source's name, which a stack trace shows.
 * @throws with esbuild's message if the code is not understood
 */
export async function flatten(serialized: SerializedFunction): Promise<string> {
  const { name, captures, text } = serialized;
  const own = ownName(serialized);
  const named = own === undefined ? text : text.replace(/^(async )?function\*?/, (start) => `${start} ${own}`);
  const { code, warnings } = await transform(`const ${name} = ${named};`, {
    define: Object.fromEntries([...captures].filter(([key]) => key !== own)),
    charset: "utf8",
    logLevel: "silent",
  });
  const [warning] = warnings;
  if (warning !== undefined) throw new Error(`archive: ${name}: ${warning.text}`);
  return code;
}
