/**
 * Jest knows what took long only where it ran before; without that, in CI, it goes by size, and the last file to start
 * would be one of the longest, alone on one core. What waits for processes, and what simulates, comes first.
 */
const { default: Sequencer } = require("@jest/test-sequencer");

const ORDER = ["simulation/seeds.", "local/", "simulation/", "stack/", "delivery/", "unit/"];

const rank = ({ path }) => ORDER.findIndex((start) => path.includes(`/tests/${start}`));

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
};
