/**
 * Checks types and lints in one process: `tsc` and ESLint's typed rules would each load and check the whole program.
 * `npm run check:types` and `npm run check:lint` do either alone. With files as arguments it lints these, and checks the
 * types of what changed since it last did, and of all that depends on it. Exits with 1 if anything is wrong.
 */
const { join } = require("node:path");
const { ESLint } = require("eslint");
const ts = require("typescript");

/** What is known of the types, for runs with files. */
const KNOWN = join(module.path, "..", "node_modules", ".cache", "smart-vault-types.tsbuildinfo");

const HOST = {
  getCurrentDirectory: ts.sys.getCurrentDirectory,
  getCanonicalFileName: (name) => name,
  getNewLine: () => "\n",
};

/** @returns tsconfig.json's files and options */
function configured(more) {
  const fail = (diagnostic) => {
    throw new Error(ts.formatDiagnostic(diagnostic, HOST));
  };
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail };
  const parsed = ts.getParsedCommandLineOfConfigFile("tsconfig.json", { noEmit: true, ...more }, host);
  parsed.errors.forEach(fail);
  return parsed;
}

function checkAll() {
  const { fileNames, options } = configured();
  const program = ts.createProgram(fileNames, options);
  return { program, diagnostics: ts.getPreEmitDiagnostics(program) };
}

/** Checks what is not known to be right. */
function checkChanged() {
  const { fileNames: rootNames, options } = configured({ incremental: true, tsBuildInfoFile: KNOWN });
  const builder = ts.createIncrementalProgram({ rootNames, options });
  const diagnostics = [
    ...builder.getConfigFileParsingDiagnostics(),
    ...builder.getOptionsDiagnostics(),
    ...builder.getGlobalDiagnostics(),
    ...builder.getSyntacticDiagnostics(),
    ...builder.getSemanticDiagnostics(),
  ];
  builder.emit();
  return { program: builder.getProgram(), diagnostics };
}

async function lint(program, files) {
  const parserOptions = { projectService: false, programs: [program] };
  const eslint = new ESLint({
    overrideConfig: { files: ["**/*.ts"], languageOptions: { parserOptions } },
    warnIgnored: false,
  });
  const results = await eslint.lintFiles(files);
  const formatter = await eslint.loadFormatter("stylish");
  return { text: await formatter.format(results), count: results.reduce((sum, one) => sum + one.errorCount, 0) };
}

async function main(files) {
  const { program, diagnostics } = files.length === 0 ? checkAll() : checkChanged();
  process.stdout.write(ts.formatDiagnosticsWithColorAndContext(diagnostics, HOST));
  const { text, count } = await lint(program, files.length === 0 ? ["."] : files);
  process.stdout.write(text);
  process.exitCode = diagnostics.length + count > 0 ? 1 : 0;
}

void main(process.argv.slice(2));
