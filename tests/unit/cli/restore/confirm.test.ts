/** Who may say yes, and how. */
import { confirm } from "../../../../src/cli/restore/confirm";

const typed: { answer: string; prompt: string } = { answer: "", prompt: "" };
jest.mock("node:readline/promises", () => ({
  createInterface: () => ({
    question: (prompt: string) => {
      typed.prompt = prompt;
      return Promise.resolve(typed.answer);
    },
    close: () => undefined,
  }),
}));

const { isTTY } = process.stdin;
const terminal = (is: boolean) => {
  process.stdin.isTTY = is;
};
afterAll(() => {
  terminal(isTTY);
});

const PLAIN = { text: "Launch this instance?" };
const SEVERE = { text: "Replace them?", name: "db-1", why: "This takes the volumes off." };
const asked = (options: object) => ({ input: true, ...options });
const refusal = (message: string, hint: string) =>
  expect.objectContaining({
    exitCode: 2,
    name: "NotConfirmed",
    message,
    hint: expect.stringContaining(hint) as string,
  }) as Error;

describe("without a terminal", () => {
  beforeEach(() => {
    terminal(false);
  });

  it.each([
    ["--yes", PLAIN, { yes: true }],
    ["--confirm with any name", PLAIN, { confirm: "db-1" }],
    ["--confirm with the name, where a yes is not enough", SEVERE, { confirm: "db-1" }],
  ])("%s is an answer", async (_title, question, options) => {
    await expect(confirm(question, asked(options))).resolves.toBeUndefined();
  });

  it.each([
    ["nothing", PLAIN, {}, "nobody confirmed it", "Add --yes to go on without a question. Nothing was changed."],
    [
      "--yes alone, where the name is asked for",
      SEVERE,
      { yes: true },
      "nobody confirmed it",
      "This takes the volumes off. Add --confirm=db-1",
    ],
    ["a wrong name", SEVERE, { confirm: "db-2" }, "--confirm=db-2 is not the name db-1", "Nothing was changed."],
    ["--json", PLAIN, { json: true }, "nobody confirmed it", "Add --yes"],
  ])("%s is none", async (_title, question, options, message, hint) => {
    await expect(confirm(question, asked(options))).rejects.toThrow(refusal(message, hint));
  });
});

describe("on a terminal", () => {
  beforeEach(() => {
    terminal(true);
  });

  it.each([
    [PLAIN, "y"],
    [PLAIN, " YES "],
    [SEVERE, "db-1"],
  ])("asks %j and takes %j", async (question, answer) => {
    typed.answer = answer;
    await expect(confirm(question, asked({}))).resolves.toBeUndefined();
    expect(typed.prompt).toContain(question.text);
  });

  it.each([
    [PLAIN, ""],
    [PLAIN, "n"],
    [PLAIN, "yesterday"],
    [SEVERE, "y"],
    [SEVERE, "DB-1"],
  ])("asks %j and does not take %j", async (question, answer) => {
    typed.answer = answer;
    await expect(confirm(question, asked({}))).rejects.toThrow(refusal("not confirmed", "Nothing was changed."));
  });

  it.each([{ input: false }, { json: true }])("asks nothing with %j", async (options) => {
    typed.prompt = "";
    await expect(confirm(PLAIN, asked(options))).rejects.toThrow(refusal("nobody confirmed it", "--yes"));
    expect(typed.prompt).toBe("");
  });
});
