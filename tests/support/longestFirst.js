/**
 * Orders test files. Jest knows what took long only if it ran before. Otherwise, in CI, it goes by size, and the last
 * file to start would be one of the longest, alone on one core. Files that wait for processes or simulate come first.
 * Then files that wait for the declarer alternate with others, because two at once would both wait for its one core.
 */
const { default: Sequencer } = require("@jest/test-sequencer");

const FIRST = ["simulation/seeds.", "local/", "simulation/"];
const DECLARED = ["stack/", "delivery/"];

const rankIn = (order, { path }) => order.findIndex((start) => path.includes(`/tests/${start}`));

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const of = (order) =>
      sorted.filter((test) => rankIn(order, test) !== -1).sort((a, b) => rankIn(order, a) - rankIn(order, b));
    const [first, declared] = [FIRST, DECLARED].map(of);
    const others = sorted.filter((test) => rankIn([...FIRST, ...DECLARED], test) === -1);
    const turns = Array.from({ length: Math.max(declared.length, others.length) }, (_, index) => [
      ...declared.slice(index, index + 1),
      ...others.slice(index, index + 1),
    ]);
    return [...first, ...turns.flat()];
  }
};
