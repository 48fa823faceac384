/** Writes a restore as the command that asks for it: after a dry run a person runs just that. Pure. */
import type { Mode } from "../../restore/order";
import type { RestoreOptions } from "./options";

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;
}

/** Options that take one text, by their flag. */
const TEXTS: readonly (readonly [string, keyof RestoreOptions])[] = [
  ["--at", "at"],
  ["--point", "point"],
  ["--instance-type", "instanceType"],
  ["--az", "az"],
  ["--subnet", "subnet"],
  ["--key-pair", "keyPair"],
  ["--profile", "profile"],
  ["--base-image", "baseImage"],
  ["--attach", "attach"],
  ["--kms-key", "kmsKey"],
];

/** Returns `vault restore web-1 --launch --region us-west-2 …`, without what asks or shows. */
export function commandOf(instanceId: string, mode: Mode, region: string, options: RestoreOptions): string {
  const { groups = [], device = [], isolate, stop, fast, backupTag, userData, uefiData, shared } = options;
  const texts = TEXTS.flatMap(([flag, field]) => {
    const value = options[field];
    return typeof value === "string" ? [flag, quoted(value)] : [];
  });
  return [
    `vault restore ${instanceId} --${mode} --region ${region}`,
    ...texts,
    ...(backupTag === "backup" ? [] : ["--backup-tag", quoted(backupTag)]),
    ...(isolate === true ? ["--isolate"] : []),
    ...(stop === true ? ["--stop"] : []),
    ...(userData ? [] : ["--no-user-data"]),
    ...(uefiData ? [] : ["--no-uefi-data"]),
    ...(shared === undefined ? [] : ["--shared", ...(shared === true ? [] : shared.map(quoted))]),
    ...(groups.length === 0 ? [] : ["--groups", ...groups.map(quoted)]),
    ...(device.length === 0 ? [] : ["--device", ...device.map(quoted)]),
    ...(fast === undefined ? [] : fast === true ? ["--fast"] : ["--fast", fast]),
  ].join(" ");
}
