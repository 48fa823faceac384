/**
 * Draws answers of DescribeSnapshots in every form that XML allows: entities, CDATA, comments, attributes, white space,
 * empty, missing and unknown elements, in any order.
 */
import fc from "fast-check";

/** Ordinary characters, those that XML escapes or normalizes, and names that every object has. */
const PIECES = [
  ...Array.from("ab1-:./"),
  "&",
  "<",
  ">",
  '"',
  "'",
  "\r",
  "\n",
  "\r\n",
  " ",
  "\t",
  "\u00a0",
  "é",
  "漢",
  "😀",
  "&lt;",
  "]]>",
  "__proto__",
  "constructor",
];

const NAMED: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };

/** Draws how a character is written. The SDK misreads an entity beyond U+FFFF, so such a character is never one. */
function written(text: string): fc.Arbitrary<string> {
  const characters = Array.from(text).map((one) => {
    const code = one.codePointAt(0) ?? 0;
    const name = NAMED[one];
    const forms = [
      ...(name === undefined ? [one] : [`&${name};`]),
      ...(one === ">" || one === '"' || one === "'" ? [one] : []),
      ...(code > 0xffff ? [] : [`&#${code};`, `&#x${code.toString(16)};`, `&#x${code.toString(16).toUpperCase()};`]),
    ];
    return fc.constantFrom(...forms);
  });
  return fc.tuple(...characters).map((parts) => parts.join(""));
}

const raw = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 6 })
  .map((pieces) => pieces.join(""))
  .chain((text) =>
    fc.oneof(
      { weight: 6, arbitrary: written(text) },
      { weight: 1, arbitrary: fc.constant(`<![CDATA[${text.replaceAll("]]>", "")}]]>`) },
      { weight: 1, arbitrary: fc.constant("&nbsp;&#xZ;&#8;& ") },
    ),
  );

const COMMENT = "<!-- <item> </snapshotSet> -->";
const content = fc.oneof(
  { weight: 6, arbitrary: raw },
  { weight: 1, arbitrary: fc.tuple(raw, raw).map(([before, after]) => `${before}${COMMENT}${after}`) },
  { weight: 1, arbitrary: fc.tuple(raw, raw).map(([before, after]) => `${before}<?note x?>${after}`) },
);

const attributes = fc.oneof(
  { weight: 8, arbitrary: fc.constant("") },
  { weight: 1, arbitrary: fc.constantFrom(' xmlns="http://x/?a=1&amp;b"', " xsi:nil = 'a>b'", '\n lang="/"') },
);

/** White space between elements. Without a line break, the SDK takes it for the text of the element around it. */
const layout = fc.constantFrom("", "", "\n", "\n    ", "\r\n\t", `\n${COMMENT}\n`);

function element(name: string, inner: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(attributes, inner, fc.constantFrom("", " ", "\n"), fc.boolean())
    .map(([of, text, gap, isShort]) =>
      text === "" && isShort ? `<${name}${of}${gap}/>` : `<${name}${of}${gap}>${text}</${name}${gap}>`,
    );
}

/** Puts elements into a drawn order, with white space between them. */
function laidOut(elements: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.tuple(...elements), layout)
    .chain(([parts, gap]) =>
      fc
        .shuffledSubarray(parts, { minLength: parts.length })
        .map((shuffled) => [...shuffled, ""].join(gap).replace(/^/, gap)),
    );
}

const TIMES = [
  "2026-11-22T03:00:00.000Z",
  "2026-11-22T03:00:00Z",
  "2026-11-22t03:00:00.5z",
  "2026-11-22T03:00:00.123456Z",
  "2026-11-22T03:00:00.9999+05:30",
  "2026-11-22T03:00:00-08:00",
  "2024-02-29T23:59:60Z",
  "2026-02-30T00:00:00Z",
];
/** Times that the SDK refuses, with the whole answer. */
const NO_TIMES = ["", "now", "2026-13-01T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22 03:00:00Z", "1763780400"];

const time = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom(...TIMES) },
  { weight: 1, arbitrary: fc.constantFrom(...NO_TIMES) },
);

const tag = laidOut([element("key", content), element("value", content)]);
const halfTag = fc.oneof(element("key", content), element("value", content), fc.constant(""));
const tagItem = fc.oneof({ weight: 8, arbitrary: tag }, { weight: 1, arbitrary: halfTag });
const tagSet = element(
  "tagSet",
  fc.array(element("item", tagItem), { maxLength: 4 }).chain((items) => laidOut(items.map((one) => fc.constant(one)))),
);

/** Elements that the vault does not read, some with those in them that it reads elsewhere. */
const unknown = fc.constantFrom(
  "<progress>100%</progress>",
  "<sseType/>",
  "<future><item><snapshotId>no</snapshotId><tagSet><item><key>no</key></item></tagSet></item></future>",
  "<snapshotSet><item/></snapshotSet>",
  "<item><description>no</description></item>",
  "<nextToken>no</nextToken>",
  "<key>no</key>",
);

const FIELDS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  snapshotId: content,
  volumeId: content,
  status: content,
  statusMessage: content,
  startTime: time,
  completionTime: time,
  restoreExpiryTime: time,
  volumeSize: fc.constantFrom("8", "0", "", "16384", " 8 ", "1e3", "x"),
  description: content,
  encrypted: fc.constantFrom("true", "false", "TRUE", "", "1"),
  kmsKeyId: content,
  storageTier: content,
};

const fields = fc.subarray(Object.entries(FIELDS));
const snapshot = fc
  .tuple(fields, fc.option(tagSet), fc.uniqueArray(unknown, { maxLength: 2 }))
  .chain(([chosen, tags, others]) =>
    laidOut([
      ...chosen.map(([name, value]) => element(name, value)),
      ...[...others, ...(tags === null ? [] : [tags])].map((one) => fc.constant(one)),
    ]),
  );

const list = element(
  "snapshotSet",
  fc.array(element("item", snapshot), { maxLength: 4 }).chain((items) => laidOut(items.map((one) => fc.constant(one)))),
);

const BEGINNINGS = ["", '<?xml version="1.0" encoding="UTF-8"?>', '<?xml version="1.0"?>\n', `${COMMENT}\n`];

/** Draws an answer: a list, with or without the token of a next page, before or after it. */
export const snapshotXml: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...BEGINNINGS),
    fc
      .option(element("nextToken", content))
      .chain((token) =>
        element(
          "DescribeSnapshotsResponse",
          laidOut([
            list,
            fc.constant("<requestId>r-1</requestId>"),
            fc.constant("<other><nextToken>no</nextToken></other>"),
            ...(token === null ? [] : [fc.constant(token)]),
          ]),
        ),
      ),
    fc.constantFrom("", "\n", "\n<!-- end -->"),
  )
  .map((parts) => parts.join(""));
