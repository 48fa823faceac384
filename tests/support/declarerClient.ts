/** Asks the run's declarer (declarerSetup.ts) what a program declares. */
import type { StackConfig } from "../../src/local/deploy/stackConfig";

/** Requests; the same one is answered from memory the second time. */
export type Request =
  | { kind: "stack" | "preview" | "update"; stack: string; overrides: readonly string[] }
  | { kind: "packed" }
  | Deployed
  | {
      kind: "program";
      folder: "bootstrap" | "deploy";
      stack: string;
      overrides: Record<string, unknown>;
    };

/** A deployment of a vault in an emulated account. */
export interface Deployed {
  kind: "deployed";
  /** The vault's own; its resources stay from one deployment to the next. */
  vault: string;
  /** Number of its deployments before. */
  nth: number;
  endpoint: string;
  primaryRegion: string;
  config: StackConfig;
}

/** Environment variable in which the setup gives the port. */
export const PORT_VARIABLE = "SMART_VAULT_DECLARER_PORT";

/** @throws with the message of the program's own error */
export async function askDeclarer<Answer>(request: Request): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${process.env[PORT_VARIABLE] ?? ""}`, {
    method: "POST",
    body: JSON.stringify(request),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return JSON.parse(text) as Answer;
}
