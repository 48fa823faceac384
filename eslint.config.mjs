import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";
import roomRules from "./scripts/roomRules.js";

/** Folders whose functions take at most four positional parameters. */
const FEW_PARAMETERS = ["bootstrap", "deploy", "policy", "scripts", "src"];

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
    files: FEW_PARAMETERS.map((folder) => `${folder}/**/*.{js,ts}`),
    rules: { "max-params": ["error", 4] },
  },
  ...roomRules.roomBlocks,
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
