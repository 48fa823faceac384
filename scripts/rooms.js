/**
 * Prints how folders depend on each other: `npx madge@8.0.0 --json … src/vault | node scripts/rooms.js` prints the
 * rooms, the arrows between them, the longest chain (floors), and the rooms that reach themselves. See CONTRIBUTING.md.
 */
const { readFileSync } = require("node:fs");

const files = JSON.parse(readFileSync(0, "utf8"));
const roomOf = (path) => path.replace(/^src\//, "").split("/")[0];
const arrows = new Map();
for (const [file, imports] of Object.entries(files)) {
  if (file.includes("..")) continue;
  const room = roomOf(file);
  if (!arrows.has(room)) arrows.set(room, new Set());
  for (const other of imports.filter((path) => !path.includes("..")).map(roomOf)) {
    if (other !== room) arrows.get(room).add(other);
  }
}
const next = (room) => [...(arrows.get(room) ?? [])];

function reaches(from, to, seen = new Set()) {
  return next(from).some((room) => room === to || (!seen.has(room) && reaches(room, to, seen.add(room))));
}

const circular = [...arrows.keys()].filter((room) => reaches(room, room));

/** Returns the length of the longest chain of rooms below one; it follows a circle once. */
const known = new Map();
function floors(room) {
  if (known.has(room)) return known.get(room);
  known.set(room, 0);
  const height = 1 + Math.max(0, ...next(room).map(floors));
  known.set(room, height);
  return height;
}

console.log(
  JSON.stringify({
    rooms: arrows.size,
    floors: Math.max(...[...arrows.keys()].map(floors)),
    arrows: [...arrows.values()].reduce((sum, { size }) => sum + size, 0),
    roomsInCircles: circular.length,
  }),
);
