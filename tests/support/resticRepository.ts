/**
 * Writes a repository for the real restic directly, with nothing but snapshot records. `restic backup` would take half
 * a second for each; this takes no time, and the key is cheap to open (restic, "Repository format").
 */
import { type Cipheriv, createCipheriv, createHash, scryptSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Key {
  /** AES-256 */
  encrypt: Buffer;
  /** AES-128, for Poly1305's nonce */
  k: Buffer;
  r: Buffer;
}

export interface ResticSnapshot {
  hostname: string;
  /** Writes RFC 3339 with the offset that the zone had then. */
  time: string;
}

const sha256 = (data: Buffer | string) => createHash("sha256").update(data).digest();
const all = (cipher: Cipheriv, data: Buffer) => Buffer.concat([cipher.update(data), cipher.final()]);
const number = (bytes: Buffer) => BigInt(`0x0${Buffer.from(bytes).reverse().toString("hex")}`);

function keyOf(bytes: Buffer): Key {
  return { encrypt: bytes.subarray(0, 32), k: bytes.subarray(32, 48), r: bytes.subarray(48, 64) };
}

/** Computes Poly1305-AES (Bernstein, 2005). */
function mac(message: Buffer, nonce: Buffer, key: Key): Buffer {
  const prime = 2n ** 130n - 5n;
  const r = number(key.r) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = message.subarray(at, at + 16);
    sum = ((sum + number(block) + (1n << BigInt(8 * block.length))) * r) % prime;
  }
  const cipher = createCipheriv("aes-128-ecb", key.k, null).setAutoPadding(false);
  const tag = (sum + number(all(cipher, nonce))) % 2n ** 128n;
  return Buffer.from(tag.toString(16).padStart(32, "0"), "hex").reverse();
}

/** nonce, AES-256-CTR of the record, authentication tag */
function seal(record: unknown, key: Key): Buffer {
  const text = Buffer.from(JSON.stringify(record));
  const nonce = sha256(text).subarray(0, 16);
  const sealed = all(createCipheriv("aes-256-ctr", key.encrypt, nonce), text);
  return Buffer.concat([nonce, sealed, mac(sealed, nonce, key)]);
}

/**
 * @param directory does not exist yet
 * @returns the id of each snapshot, in their order
 */
export function writeResticRepository(
  directory: string,
  password: string,
  snapshots: readonly ResticSnapshot[],
): string[] {
  for (const name of ["data", "index", "keys", "locks", "snapshots"]) {
    mkdirSync(join(directory, name), { recursive: true });
  }
  const master = keyOf(Buffer.concat([sha256("encrypt"), sha256("mac")]));
  const [salt, cost] = [Buffer.alloc(64, 1), { N: 2, r: 8, p: 1 }];
  const user = keyOf(scryptSync(password, salt, 64, cost));
  const { encrypt, k, r } = master;
  const data = seal({ mac: { k: base64(k), r: base64(r) }, encrypt: base64(encrypt) }, user);
  const keyFile = JSON.stringify({
    kdf: "scrypt",
    ...cost,
    salt: base64(salt),
    data: base64(data),
  });
  writeFileSync(join(directory, "keys", sha256(keyFile).toString("hex")), keyFile);
  const id = sha256("repository").toString("hex");
  const config = { version: 1, id, chunker_polynomial: "3da3358b4dc173" };
  writeFileSync(join(directory, "config"), seal(config, master));
  return snapshots.map((snapshot) => {
    const file = seal({ ...snapshot, tree: id, paths: ["/"] }, master);
    const name = sha256(file).toString("hex");
    writeFileSync(join(directory, "snapshots", name), file);
    return name;
  });
}

const base64 = (bytes: Buffer) => bytes.toString("base64");
