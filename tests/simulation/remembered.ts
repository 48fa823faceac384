/** Remembers answers by a text, and forgets all of them once there are too many. */

/**
 * Returns a function that asks once for each key.
 * @param keyOf the question as a text
 * @param mostKept number of answers
 */
export function remembered<Question extends readonly unknown[], Answer>(
  ask: (...question: Question) => Answer,
  keyOf: (...question: Question) => string,
  mostKept: number,
): (...question: Question) => Answer {
  const answers = new Map<string, { answer: Answer }>();
  return (...question) => {
    const key = keyOf(...question);
    let known = answers.get(key);
    if (known === undefined) {
      if (answers.size >= mostKept) answers.clear();
      answers.set(key, (known = { answer: ask(...question) }));
    }
    return known.answer;
  };
}
