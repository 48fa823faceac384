/** Remembers answers by a text or a number, and forgets all of them once there are too many. */

/**
 * Returns a function that asks once for each key.
 * @param keyOf the question as a text or a number
 * @param mostKept number of answers
 */
export function remembered<Question extends readonly unknown[], Answer>(
  ask: (...question: Question) => Answer,
  keyOf: (...question: Question) => string | number,
  mostKept: number,
): (...question: Question) => Answer {
  const answers = new Map<string | number, { answer: Answer }>();
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
