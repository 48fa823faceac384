/** Asks the run's declarer (declarerSetup.ts) what a program declares. */

/** Requests; the same one is answered from memory the second time. */
export type Request =
  | { kind: "stack" | "preview" | "update"; stack: string; overrides: readonly string[] }
  | { kind: "packed" }
  | {
      kind: "program";
      folder: "bootstrap" | "deploy";
      stack: string;
      overrides: Record<string, unknown>;
    };

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
