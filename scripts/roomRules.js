/**
 * ESLint rules about rooms, generated from rooms.json: which folder may import which. A later block of ESLint's flat
 * config replaces a rule's options for the same file, so each file of src/ matches one of these blocks.
 */
const ROOMS = require("../rooms.json");

const SDK = "^(@aws-sdk|@smithy)/";
const OUTSIDE = {
  regex: "^@pulumi/|^(\\.\\./)+(stack|config|iam|local|verify|restore|cli)(/|$)",
  message: "The function's code imports nothing of the stack.",
};
const ENTRIES = ["looking", "reconcile", "invocation", "lambda"];

/** Syntax that Pulumi's serializer breaks or would have to follow; the rules below see no import() and no require(). */
const SYNTAX = [
  ["ClassDeclaration, ClassExpression", "Pulumi's serializer breaks classes."],
  ["ExportAllDeclaration", "A barrel compiles to getters, which Pulumi's serializer would meet."],
  ["TSEnumDeclaration", "An enum compiles to a function that fills an object: write `as const`."],
  [
    "ObjectExpression:has(> Property[key.name='kind']):has(> Property[key.name='subject']):has(> Property[key.name='message'])",
    "A problem is made by problem(): model/problem.ts has the catalog.",
  ],
  [
    "ImportExpression, CallExpression[callee.name='require']",
    "Import at the top, where the rules of rooms.json see it.",
  ],
].map(([selector, message]) => ({ selector, message }));

const listed = (rooms) => rooms.join(", ") || "nothing";

function rules(patterns) {
  return { "no-restricted-imports": ["error", { patterns }] };
}

function vaultRoom([room, open]) {
  const closed = Object.keys(ROOMS.vault).filter((other) => other !== room && !open.includes(other));
  const patterns = [
    OUTSIDE,
    { regex: `^(\\.\\./)+(${ENTRIES.join("|")})$`, message: "No room imports the entry points." },
    { regex: `^(\\.\\./)+(${closed.join("|")})/`, message: `${room} may import only ${listed(open)}.` },
    ...(room === "aws" ? [] : [{ regex: `${SDK}|^@aws-lambda-powertools/`, message: "Only aws/ speaks to AWS." }]),
  ];
  return {
    files: [`src/vault/${room}/**/*.ts`],
    rules: { ...rules(patterns), "no-restricted-syntax": ["error", ...SYNTAX] },
  };
}

/** Returns the block of an entry point: reconcile.ts decides and acts, and leaves reporting to invocation.ts. */
function entry(name) {
  const patterns = [OUTSIDE, { regex: SDK, message: "Only aws/ speaks to AWS." }];
  const report = { regex: "^\\./report/", message: "reconcile.ts reports nothing: invocation.ts does." };
  return {
    files: [`src/vault/${name}.ts`],
    rules: {
      ...rules(name === "reconcile" ? [...patterns, report] : patterns),
      "no-restricted-syntax": ["error", ...SYNTAX],
    },
  };
}

function sourceRoom([room, open]) {
  const inVault = open.filter((one) => one.startsWith("vault/")).map((one) => one.slice("vault/".length));
  const others = ["config", "iam", "stack", "local", "verify", "restore", "cli"];
  const closed = others.filter((other) => other !== room && !open.includes(other));
  const message = `${room} may import only ${listed(open)}.`;
  const patterns = [
    { regex: `^(\\.\\./)+(${closed.join("|")})/`, message },
    { regex: `^(\\.\\./)+vault/(?!(${inVault.join("|")})(/|$))`, message },
    ...(room === "iam"
      ? [
          {
            regex: `^@pulumi/|${SDK}`,
            allowTypeImports: true,
            message: "iam is data: of Pulumi and the SDK only types.",
          },
        ]
      : []),
  ];
  if (room !== "cli") return [{ files: [`src/${room}/**/*.ts`], rules: rules(patterns) }];
  const sdk = { regex: SDK, message: "Of the command line only cli/reading/aws.ts speaks to AWS." };
  return [
    { files: ["src/cli/**/*.ts"], ignores: ["src/cli/reading/aws.ts"], rules: rules([...patterns, sdk]) },
    { files: ["src/cli/reading/aws.ts"], rules: rules(patterns) },
  ];
}

module.exports = {
  ROOMS,
  roomBlocks: [
    ...Object.entries(ROOMS.vault).map(vaultRoom),
    ...ENTRIES.map(entry),
    ...Object.entries(ROOMS.src).flatMap(sourceRoom),
  ],
};
