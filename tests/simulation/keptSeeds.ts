/**
 * Lists seeds that found a mistake, the vault's or the simulation's, with what it was. Every `npm test` runs them. A
 * change of the model or of the vault's calls shifts what they draw, so an old one replays another story.
 */
export interface KeptSeed {
  seed: number;
  /** Days that it is run; the same seed has another story in fewer days. */
  days: number;
  /** The mistake. */
  found: string;
}

export const KEPT_SEEDS: readonly KeptSeed[] = [
  {
    seed: 785791950,
    days: 20,
    found: "a rule of the simulation's own: a copy asked for of a snapshot that is gone is no new copy",
  },
  {
    seed: 20010,
    days: 60,
    found: "a rule of the simulation's own: a duplicate may go when the one that was copied has just gone by retention",
  },
  {
    seed: 378,
    days: 60,
    found: "a rule of the simulation's own: a crowd of over an hour may end in the middle of the pass that tells of it",
  },
  {
    seed: 20897,
    days: 60,
    found: "a rule of the simulation's own: what an AMI has just let go of waits for a sweep",
  },
  {
    seed: 1364,
    days: 60,
    found: "a rule of the simulation's own: a copy that a person has just taken away is not missing yet",
  },
  {
    seed: 315,
    days: 60,
    found: "one thing that could not be read was told twice in one mail: once as throttled, once as unanswered",
  },
  {
    seed: 30096,
    days: 60,
    found: "a rule of the simulation's own: a vault whose first runs were all killed knows of no slot",
  },
  {
    seed: 30120,
    days: 60,
    found: "a rule of the simulation's own: of two passes at once one may copy what the other has just let expire",
  },
  {
    seed: 50200,
    days: 60,
    found: "a rule of the simulation's own: a pass that gives a shared volume another policy prunes by the one it read",
  },
  {
    seed: 679,
    days: 60,
    found:
      "a slot that a sweep took up again was lost with the sweep: what had failed in it was pruned, and nobody was told",
  },
  {
    seed: 792,
    days: 60,
    found: "a rule of the simulation's own: an orphan's newest point is the newest that is there",
  },
  {
    seed: 1926,
    days: 60,
    found: "AWS refused to delete a copy that the vault had just locked itself, and it was told",
  },
  {
    seed: 542,
    days: 60,
    found: "a rule of the simulation's own: what stands in for an original has its marks before they are written on it",
  },
  {
    seed: 92,
    days: 60,
    found:
      "a rule of the simulation's own: hundreds of deletions that a right forbids fill the token bucket by being looked at",
  },
  {
    seed: 232,
    days: 60,
    found:
      "a copy that no manifest names was completed last: the clock's mark stood before it, and all day manifests were composed again",
  },
  {
    seed: 1312,
    days: 60,
    found: "a rule of the simulation's own: a duplicate goes after the twin that is marked as copied there and expired",
  },
  {
    seed: 5662,
    days: 60,
    found:
      "a rule of the simulation's own: a copy of an original whose stand-in took its place, and which a person has just untagged, is not missing yet",
  },
  {
    seed: 452,
    days: 60,
    found:
      "a rule of the simulation's own: once a DR region is back, a copy that waits for a free slot is told of by the lag's alarm",
  },
  {
    seed: 1863,
    days: 60,
    found:
      "a rule of the simulation's own: when there come to be more than a hundred of a kind, that is told, whichever of them were",
  },
  {
    seed: 3310,
    days: 60,
    found:
      "a rule of the simulation's own: a copy made again of what had just lived its time goes as the duplicate of one that is still seen",
  },
  {
    seed: 4613,
    days: 60,
    found:
      "a rule of the simulation's own: that an instance lacks snapshots is told once a day, not for each of its volumes",
  },
  {
    seed: 6330,
    days: 60,
    found:
      "a rule of the simulation's own: what a policy that was taken out keeps expires the day after it is put back",
  },
  {
    seed: 7530,
    days: 60,
    found:
      "a rule of the simulation's own: a volume's rules are not read off a try that failed where a later one came to something",
  },
  {
    seed: 9390,
    days: 60,
    found: "a rule of the simulation's own: a part too many that is completed late has the manifest written once more",
  },
  {
    seed: 726,
    days: 60,
    found: "a lost key was not reported while IAM denied the right to list snapshots: the plan ended before it",
  },
  {
    seed: 531,
    days: 60,
    found: "the simulation's own: a set of snapshots that EC2 refused left one of its volumes pending for good",
  },
  {
    seed: 909,
    days: 60,
    found: "a rule of the simulation's own: what failed and the role may not delete holds back the whole instance",
  },
  {
    seed: 163,
    days: 60,
    found: "a rule of the simulation's own: a copy that was changed long before it was deleted is not missing yet",
  },
  {
    seed: 519,
    days: 60,
    found: "a rule of the simulation's own: a mark that somebody forged on a twin counts as one on the snapshot",
  },
];
