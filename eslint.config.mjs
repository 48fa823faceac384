import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** What the function's code must not reach for: it is another program's. */
const OUTSIDE = ["@pulumi/*", "**/stack/**", "**/local/**", "**/config/**", "**/iam/**"];
const SDKS = ["@aws-sdk/*", "@aws-lambda-powertools/*", "@smithy/*"];
/** Modules of src/vault that speak to AWS. */
const ADAPTERS = [
  "apply/execute",
  "aws/*",
  "clock/nextWake",
  "guard/guard",
  "lambda",
  "observe/keyStates",
  "report/log",
];

export default defineConfig(
  { ignores: ["node_modules/", "bin/", "coverage/", ".vault/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_", argsIgnorePattern: "^_" }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
      "no-restricted-exports": ["error", { restrictDefaultExports: { direct: true } }],
    },
  },
  {
    // What runs in the Lambda: Pulumi's serializer breaks classes, and the pure core knows no AWS.
    files: ["src/vault/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: "ClassDeclaration", message: "Pulumi's serializer breaks classes." },
        { selector: "ClassExpression", message: "Pulumi's serializer breaks classes." },
      ],
      "no-restricted-imports": ["error", { patterns: OUTSIDE }],
    },
  },
  {
    // All but these are pure: data in, data out.
    files: ["src/vault/**/*.ts"],
    ignores: ADAPTERS.map((name) => `src/vault/${name}.ts`),
    rules: {
      "no-restricted-imports": ["error", { patterns: [...OUTSIDE, ...SDKS] }],
    },
  },
  {
    files: ["tests/**/*.ts"],
    rules: {
      "max-lines-per-function": "off",
      // A test file is as long as its tables.
      "max-lines": ["error", { max: 350, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  {
    files: ["**/*.js", "**/*.cjs", "**/*.mjs"],
    languageOptions: {
      globals: {
        module: "readonly",
        require: "readonly",
        process: "readonly",
        console: "readonly",
      },
    },
  },
);
