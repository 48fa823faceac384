/** Runs the policy pack as Pulumi's CLI does: a process in `policy/` that serves the analyzer's protocol on a port. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import { AnalyzeRequest, type AnalyzeResponse, AnalyzerResourceOptions } from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { ROOT } from "./stackProgram";

/** Placeholder for a string that a preview does not know yet (pulumi/pulumi, sdk/nodejs/runtime/rpc.ts). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface PolicyServer {
  /** Returns `level rule: message` of every violation. */
  analyze(type: string, props: Record<string, JavaScriptValue>, protect: boolean): Promise<string[]>;
  close(): void;
}

/** Reads the port from its first line; anything on stderr is an error. */
function portOf(child: ChildProcess): Promise<string> {
  return new Promise((done, reject) => {
    const errors: string[] = [];
    child.stderr?.setEncoding("utf8").on("data", (text: string) => errors.push(text));
    child.stdout?.setEncoding("utf8").once("data", (text: string) => {
      done(text.trim());
    });
    child.once("exit", (code) => {
      reject(new Error(`the pack ended with ${String(code)}: ${errors.join("")}`));
    });
  });
}

const LEVELS = ["advisory", "mandatory", "disabled", "remediate"];

function linesOf(response: AnalyzeResponse): string[] {
  return response
    .getDiagnosticsList()
    .map((one) =>
      [
        LEVELS[one.getEnforcementlevel()] ?? "",
        `${one.getPolicyname()}:`,
        one.getMessage().split("\n").pop() ?? "",
      ].join(" "),
    );
}

export async function startPolicyPack(): Promise<PolicyServer> {
  const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack", { paths: [ROOT] });
  const child = spawn(process.execPath, [runner, "127.0.0.1:1", "."], {
    cwd: join(ROOT, "policy"),
    env: { PATH: process.env.PATH },
  });
  const client = new AnalyzerClient(`127.0.0.1:${await portOf(child)}`, credentials.createInsecure());
  return {
    analyze: (type, props, protect) => {
      const request = new AnalyzeRequest();
      request.setType(type);
      request.setName("it");
      request.setUrn(`urn:pulumi:prod::smart-vault::${type}::it`);
      request.setProperties(Struct.fromJavaScript(props));
      const options = new AnalyzerResourceOptions();
      options.setProtect(protect);
      request.setOptions(options);
      return new Promise((done, reject) => {
        client.analyze(request, (error, response) => {
          if (error) reject(error);
          else done(linesOf(response));
        });
      });
    },
    close: () => {
      client.close();
      child.kill();
    },
  };
}
