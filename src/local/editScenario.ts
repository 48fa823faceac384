/** The other story of a rehearsal: somebody edits the stack's configuration and deploys it, and a night passes. */
import { HOUR_MS, isoSeconds } from "../vault/time";
import { type Deployable, applyEdit } from "./edits";
import { type Decision, pruned, readDecisions } from "./functionLog";
import type { Progress } from "./python";
import { type Night, type Timing, describeNight, passNight } from "./scenario";
import type { LocalVault } from "./vault";

/** What an edit came to in one region. */
interface EditedRegion {
  region: string;
  /** Recovery points that were deleted until the morning after. */
  deleted: number;
  /** What the brake stopped first: so many of the region's recovery points, the plan's hash, and why it was too much. */
  stopped?: { wouldDelete: number; points: number; plan: string; why: string };
}

export interface PlayedEdit {
  /** `retentionDays=1` */
  edit: string;
  deployedAt: string;
  regions: EditedRegion[];
}

/**
 * By then the mail of the day has come: what is still wrong is told again 23 hours after the first time, which was
 * within an hour of the deployment.
 */
const MORNING_MS = 5 * HOUR_MS;

const BRAKE =
  /would delete (\d+) of (\d+) .*? \((.*?)\): none was deleted\. The plan ([0-9a-f]{16}):/;

/** The brake's first word on a region, if it had any. */
function stoppedIn(decisions: readonly Decision[], region: string): EditedRegion["stopped"] {
  const said = decisions.find(
    (one) => one.kind === "delete-brake" && one.subject.split(" ")[0] === region,
  );
  const found = BRAKE.exec(said?.detail ?? "");
  if (found === null) return undefined;
  const [, count, points, why = "", plan = ""] = found;
  return { wouldDelete: Number(count), points: Number(points), plan, why };
}

function regionOf(decisions: readonly Decision[], region: string): EditedRegion {
  const deleted = pruned(decisions).filter((one) => one.region === region).length;
  return { region, deleted, stopped: stoppedIn(decisions, region) };
}

export interface EditedStory {
  nights: Night[];
  edits: PlayedEdit[];
  /** What the stack was deployed with in the end. */
  last: Deployable;
}

/**
 * @param pairs checked by {@link checkEdits}
 * @param after how many nights have passed
 */
export async function playEdits(
  vault: LocalVault,
  base: Deployable,
  pairs: readonly string[],
  startMs: number,
  after: number,
  progress: Progress,
): Promise<EditedStory> {
  const { primaryRegion, dr } = vault.stack;
  const allRegions = [primaryRegion, ...dr.map(({ region }) => region)];
  const story: EditedStory = { nights: [], edits: [], last: base };
  for (const [index, edit] of pairs.entries()) {
    const deployedAt = isoSeconds(vault.nowMs());
    progress(`edit ${index + 1} of ${pairs.length}, ${edit}: the stack is deployed again`);
    story.last = applyEdit(story.last, edit, vault.mails());
    await vault.redeploy(story.last.stackConfig);
    const decisions: Decision[] = [];
    const timing: Timing = { ...story.last.config, startMs };
    const night = await passNight(vault, timing, after + index + 1, MORNING_MS, ({ log }) => {
      decisions.push(...readDecisions(log));
    });
    progress(`  ${describeNight(night)}`);
    story.nights.push(night);
    const regions = allRegions.map((region) => regionOf(decisions, region));
    story.edits.push({ edit, deployedAt, regions });
  }
  return story;
}
