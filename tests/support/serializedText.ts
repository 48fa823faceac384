/** Writes small closures in the form of Pulumi's serializer. */

/** Writes a function in the serializer's frame. */
export function framedFunction(name: string, captures: string, code: string): string {
  const scope = `{ ${captures === "" ? "" : `${captures}, `}this: undefined, arguments: undefined }`;
  const lines = [
    `function ${name}() {`,
    "  return (function() {",
    `    with(${scope}) {`,
    "",
    `return ${code};`,
    "",
    "    }",
    "  }).apply(undefined, undefined).apply(this, arguments);",
    "}",
  ];
  return `\n${lines.join("\n")}\n`;
}

/** Writes a closure whose factory is `__f0`. */
export function closureOf(functions: readonly string[], values: readonly string[] = []): string {
  return `\n${values.join("\n")}\n${functions.join("")}\nexports.handler = __f0();`;
}
