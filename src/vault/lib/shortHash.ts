/** Shortens texts to hashes that tags and payloads have room for. Knows nothing of backups. */
import { hash } from "node:crypto";

/** Returns the first hexadecimal characters of a text's SHA-256. */
export function shortHash(text: string, length: number): string {
  return hash("sha256", text, "hex").slice(0, length);
}
