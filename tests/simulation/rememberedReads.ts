/**
 * Remembers with each record the vault's own answer about it. A life reads the same thousand snapshots two thousand
 * times: parsing their records was half of its time, and a fifth of a simulation's.
 */
import type { Tag } from "@aws-sdk/client-ec2";
import * as tagReader from "../../src/vault/aws/tagReader";
import * as description from "../../src/vault/identity/description";
import * as tags from "../../src/vault/model/tags";
import * as time from "../../src/vault/lib/time";
import type { Tags } from "../../src/vault/model/world";

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function byObject<From extends object, To>(ask: (from: From) => To): (from: From) => To {
  const answers = new WeakMap<From, { answer: To }>();
  return (from) => {
    const known = answers.get(from) ?? { answer: ask(from) };
    answers.set(from, known);
    return known.answer;
  };
}

const MOST_KEPT = 200_000;

function byText<To>(ask: (text: string) => To): (text: string) => To {
  const answers = new Map<string, { answer: To }>();
  return (text) => {
    let known = answers.get(text);
    if (known === undefined) {
      if (answers.size > MOST_KEPT) answers.clear();
      answers.set(text, (known = { answer: ask(text) }));
    }
    return known.answer;
  };
}

let isOn = false;

/** Installs the memory for the sources, once per process; the archive asks each time. */
export function rememberReads(): void {
  if (isOn) return;
  isOn = true;
  const { tagsFromList } = tags;
  const { tagsDigest, parseDescription } = description;
  const listed = byObject((list: readonly Tag[]) => tagsFromList(list));
  const known: typeof tagsFromList = (list) => (list === undefined ? {} : listed(list));
  (tags as Writable<typeof tags>).tagsFromList = known;
  (tagReader as Writable<typeof tagReader>).makeTagReader = () => known;
  const digests = byObject((own: Tags) => tagsDigest(own));
  const described = byText(parseDescription);
  Object.assign(description as Writable<typeof description>, {
    tagsDigest: digests,
    parseDescription: (text = "") => described(text),
  });
  (time as Writable<typeof time>).parseIso = byText(time.parseIso);
}
