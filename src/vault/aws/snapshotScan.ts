/**
 * Scans the answer of DescribeSnapshots as it arrives, and keeps only the fields that the vault reads. The SDK makes a
 * tree of the whole page first, which takes most of a large vault's time and memory. The result has the SDK's names, so
 * that the rest of the code takes either. What is not well-formed, or ends early, is an error, because a shorter list
 * would mean that copies are missing. Pure.
 */
import type { Snapshot as Ec2Snapshot, Tag } from "@aws-sdk/client-ec2";
import { vaultError } from "../lib/errors";
import { decodeText, isLayout, timeOf } from "./xmlText";

/** Elements of a snapshot that the vault reads, and the SDK's names of them. `tagSet` is a list of its own. */
const FIELDS = {
  snapshotId: "SnapshotId",
  volumeId: "VolumeId",
  status: "State",
  statusMessage: "StateMessage",
  startTime: "StartTime",
  completionTime: "CompletionTime",
  volumeSize: "VolumeSize",
  description: "Description",
  encrypted: "Encrypted",
  kmsKeyId: "KmsKeyId",
  storageTier: "StorageTier",
  restoreExpiryTime: "RestoreExpiryTime",
} as const;

type Field = (typeof FIELDS)[keyof typeof FIELDS];

/** Part of a snapshot in EC2's list that the vault reads. */
export type ListedSnapshot = Pick<Ec2Snapshot, Field | "Tags">;

/** Elements by their path. */
const ROOT = "/DescribeSnapshotsResponse";
const LIST = `${ROOT}/snapshotSet`;
const ITEM = `${LIST}/item`;
const TAGS = `${ITEM}/tagSet`;
const TAG = `${TAGS}/item`;

/** A whole tag as EC2 writes it, without attributes and comments. */
const PLAIN_TAG = /\s*<item>\s*<key>([^<]*)<\/key>\s*<value>([^<]*)<\/value>\s*<\/item>/y;
/** A whole element without elements in it, attributes and comments. */
const PLAIN_FIELD = /\s*<(\w+)>([^<]*)<\/\1>/y;
/** End of an element; start of one, with its attributes and a slash if it is empty; CDATA; text; what means nothing. */
const TOKEN =
  /<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|<!\[CDATA\[([\s\S]*?)\]\]>|([^<]+)(?=<)|<!--[\s\S]*?-->|<\?[\s\S]*?\?>/y;

const NOTHING: readonly (string | undefined)[] = [];

/** State of a scan between two pieces of the answer. */
export interface Scan {
  /** What is not scanned yet begins at `at`. */
  text: string;
  at: number;
  /** True if no text of the piece needs decoding. */
  isPlain: boolean;
  /** Names of the open elements, each after a slash. */
  path: string;
  /** True while the innermost element has no elements in it. */
  isLeaf: boolean;
  hasAttributes: boolean;
  /** Text of the innermost element. The SDK takes one with attributes and without text for more than text. */
  content: string | undefined;
  isDone: boolean;
  hasList: boolean;
  nextToken?: string;
  /** Is given each snapshot as soon as it is read, so that no page is kept. */
  take: (listed: ListedSnapshot) => void;
  /** The snapshot that is being read, with its tags, and one tag of it. */
  snapshot: ListedSnapshot;
  tags: Tag[];
  tag: Tag;
}

/** @param take is given each snapshot as soon as it is read */
export function startScan(take: Scan["take"]): Scan {
  const place = { text: "", at: 0, isPlain: true, path: "", isLeaf: false, hasAttributes: false, content: undefined };
  return { ...place, isDone: false, hasList: false, take, snapshot: {}, tags: [], tag: {} };
}

function unreadable(what: string): Error {
  return vaultError("UnreadableAnswer", `the answer of DescribeSnapshots ${what}`);
}

/** Returns the SDK's name of a field; undefined for an element that the vault does not read. */
function fieldOf(name: string): Field | undefined {
  const field = (FIELDS as Readonly<Record<string, unknown>>)[name];
  // Every object has functions under some names.
  return typeof field === "string" ? (field as Field) : undefined;
}

/** Returns true if a text is not all white space, by its first character alone. */
function isVisible(text: string): boolean {
  const first = text.charCodeAt(0);
  return first > 0x20 && first < 0x7f;
}

function textOf({ isPlain }: Scan, raw: string): string {
  if (isPlain && isVisible(raw)) return raw;
  const text = decodeText(raw);
  return isLayout(text) ? "" : text;
}

function readValue(field: Field, text: string): string | number | boolean | Date {
  switch (field) {
    case "VolumeSize":
      return Number(text);
    case "Encrypted":
      return text.toLowerCase() === "true";
    case "StartTime":
    case "CompletionTime":
    case "RestoreExpiryTime":
      return timeOf(text);
    default:
      return text;
  }
}

/** Keeps a field of the snapshot that is being read. */
function keepField(scan: Scan, field: Field, text: string): void {
  const snapshot: Record<string, unknown> = scan.snapshot;
  snapshot[field] = readValue(field, text);
}

/**
 * Keeps an element's text if the vault reads it.
 * @param text undefined if the element is more than text
 */
function keepText(scan: Scan, parent: string, name: string, text: string | undefined): void {
  const field = parent === ITEM ? fieldOf(name) : undefined;
  const isOfTag = parent === TAG && (name === "key" || name === "value");
  const isToken = parent === ROOT && name === "nextToken";
  if (field === undefined && !isOfTag && !isToken) return;
  if (text === undefined) throw unreadable(`has no plain text in ${name}`);
  if (field !== undefined) keepField(scan, field, text);
  else if (isToken) scan.nextToken = text;
  else if (name === "key") scan.tag.Key = text;
  else scan.tag.Value = text;
}

function open(scan: Scan, name: string, hasAttributes: boolean): void {
  scan.path += `/${name}`;
  scan.isLeaf = true;
  scan.hasAttributes = hasAttributes;
  scan.content = hasAttributes ? undefined : "";
  if (scan.path === LIST) scan.hasList = true;
  else if (scan.path === ITEM) scan.snapshot = {};
  else if (scan.path === TAGS) scan.snapshot.Tags = scan.tags = [];
  else if (scan.path === TAG) scan.tag = {};
}

function close(scan: Scan, name: string): void {
  const { path, isLeaf, content } = scan;
  if (!path.endsWith(`/${name}`)) throw unreadable(`has </${name}> in ${path}`);
  scan.path = path.slice(0, -name.length - 1);
  if (path === ITEM) scan.take(scan.snapshot);
  else if (path === TAG) scan.tags.push(scan.tag);
  else {
    const text = content !== undefined && isLayout(content) ? "" : content;
    keepText(scan, scan.path, name, isLeaf ? text : undefined);
  }
  scan.isLeaf = false;
  scan.isDone = scan.path === "";
}

function addText(scan: Scan, text: string): void {
  if (scan.path === "" && text.trim() !== "") throw unreadable("does not begin with an element");
  if (!(scan.hasAttributes && isLayout(text))) scan.content = (scan.content ?? "") + text;
}

/** Takes the tags that are as EC2 writes them, most of an answer. */
function takeTags(scan: Scan): void {
  for (;;) {
    PLAIN_TAG.lastIndex = scan.at;
    const { 1: key, 2: value } = PLAIN_TAG.exec(scan.text) ?? NOTHING;
    if (key === undefined || value === undefined) return;
    scan.tags.push({ Key: textOf(scan, key), Value: textOf(scan, value) });
    scan.at = PLAIN_TAG.lastIndex;
  }
}

/** Takes the fields that are as EC2 writes them. */
function takeFields(scan: Scan): void {
  for (;;) {
    PLAIN_FIELD.lastIndex = scan.at;
    const { 1: name, 2: raw } = PLAIN_FIELD.exec(scan.text) ?? NOTHING;
    if (name === undefined || raw === undefined || name === "tagSet") return;
    const field = fieldOf(name);
    if (field !== undefined) keepField(scan, field, textOf(scan, raw));
    scan.at = PLAIN_FIELD.lastIndex;
  }
}

/** Takes the next token, whatever it is; returns false after the last one that is whole. */
function takeToken(scan: Scan): boolean {
  TOKEN.lastIndex = scan.at;
  const [all, closed, opened, attributes = "", slash, data, raw] = TOKEN.exec(scan.text) ?? [];
  if (all === undefined) return false;
  scan.at += all.length;
  if (opened !== undefined) open(scan, opened, attributes !== "");
  if (closed !== undefined || slash === "/") close(scan, closed ?? opened ?? "");
  if (data !== undefined) addText(scan, data.replace(/\r\n?/g, "\n"));
  if (raw !== undefined) addText(scan, scan.isPlain ? raw : decodeText(raw));
  return !scan.isDone;
}

/**
 * Scans one more piece of the answer.
 * @throws `UnreadableAnswer` if it is not well-formed
 */
export function scanPiece(scan: Scan, piece: string): void {
  if (scan.isDone) return;
  scan.text = scan.text.slice(scan.at) + piece;
  scan.at = 0;
  scan.isPlain = !scan.text.includes("&") && !scan.text.includes("\r");
  do {
    if (scan.path === TAGS) takeTags(scan);
    else if (scan.path === ITEM) takeFields(scan);
  } while (takeToken(scan));
}

/**
 * Ends a scan.
 * @returns the token of the next page, if there is one
 * @throws `UnreadableAnswer` if the answer ended early, or has no list
 */
export function endScan({ isDone, hasList, nextToken }: Scan): string | undefined {
  if (!isDone) throw unreadable("ends early");
  if (!hasList) throw unreadable("has no list of snapshots");
  return nextToken;
}
