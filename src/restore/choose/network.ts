/**
 * Maps network interfaces into a region. Ids mean something in the region that they are of; elsewhere a subnet is found by its
 * Name, then by its CIDR, and a group by its name. What can't be mapped is never guessed: the error lists what there is. Pure.
 */
import { BlockList, isIP } from "node:net";
import type { InterfaceSpec } from "../../vault/model/launchSpec";
import { refusal } from "../refusal";
import type { RegionFacts, RegionGroup, RegionSubnet } from "./region";

const LISTED = 8;

/** What a person asks for instead of what was captured. */
export interface NetworkWishes {
  /** Subnet of the first interface. */
  subnetId?: string;
  /** Groups of all interfaces. */
  groupIds?: readonly string[];
  /** Zone that the subnet has to be in. */
  availabilityZone?: string;
  /** Leaves out all groups: the restore makes one of its own. */
  isIsolated: boolean;
}

function subnetText({ subnetId, name, cidr, availabilityZone }: RegionSubnet): string {
  return `${subnetId} (${name === "" ? "no Name" : name}, ${cidr}, ${availabilityZone})`;
}

function listed(texts: readonly string[]): string {
  const more = texts.length > LISTED ? ` and ${texts.length - LISTED} more` : "";
  return texts.length === 0 ? "none" : texts.slice(0, LISTED).join(", ") + more;
}

/** Returns the subnets that an interface can mean: the best kind of match, the best first. */
function matchingSubnets(wanted: InterfaceSpec, subnets: readonly RegionSubnet[]): RegionSubnet[] {
  const { subnetId, subnetName = "", subnetCidr } = wanted;
  const byId = subnets.filter((one) => one.subnetId === subnetId);
  if (byId.length > 0) return byId;
  const byName = subnets.filter(({ name }) => subnetName !== "" && name === subnetName);
  const byBoth = byName.filter(({ cidr }) => cidr === subnetCidr);
  // Others of the name in the same VPC come after them: their zones may have capacity.
  const others = byName.filter((one) => !byBoth.includes(one) && byBoth.some(({ vpcId }) => vpcId === one.vpcId));
  if (byBoth.length > 0) return [...byBoth, ...others];
  return byName.length > 0 ? byName : subnets.filter(({ cidr }) => cidr === subnetCidr);
}

function noSubnet(wanted: InterfaceSpec | undefined, { region, subnets }: RegionFacts): Error {
  const { subnetName = "", subnetCidr, deviceIndex = 0 } = wanted ?? {};
  const names = [
    ...(subnetName === "" ? [] : [`the Name ${subnetName}`]),
    ...(subnetCidr === undefined ? [] : [subnetCidr]),
  ];
  const asked = names.length === 0 ? "its subnet was not captured" : `no subnet there has ${names.join(" or ")}`;
  const message = `interface ${deviceIndex} can't be mapped to ${region}: ${asked}`;
  const hint = `Choose one with --subnet. There are: ${listed(subnets.map(subnetText))}.`;
  return refusal("NoSubnet", message, hint);
}

/** Returns the subnet of the first interface, and others that would do in a zone without capacity. */
function firstSubnet(
  wanted: InterfaceSpec | undefined,
  facts: RegionFacts,
  { subnetId, availabilityZone }: NetworkWishes,
): RegionSubnet[] {
  const { subnets, offeredIn, region } = facts;
  if (subnetId !== undefined) {
    const chosen = subnets.find((one) => one.subnetId === subnetId);
    const isInZone = availabilityZone === undefined || chosen?.availabilityZone === availabilityZone;
    if (chosen !== undefined && isInZone) return [chosen];
    if (chosen !== undefined) {
      const message = `${subnetId} is in ${chosen.availabilityZone}, not in ${availabilityZone}`;
      throw refusal("WrongZone", message, "Leave out --az: a subnet is in one zone.");
    }
    const hint = `There are: ${listed(subnets.map(subnetText))}.`;
    throw refusal("NoSubnet", `${subnetId} is no subnet of ${region}`, hint);
  }
  const matches = wanted === undefined ? [] : matchingSubnets(wanted, subnets);
  if (matches.length === 0) throw noSubnet(wanted, facts);
  if (new Set(matches.map(({ vpcId }) => vpcId)).size > 1) {
    const message = `interface 0 can be in any of ${matches.length} subnets in several VPCs of ${region}`;
    throw refusal("AmbiguousSubnet", message, `Choose one with --subnet: ${listed(matches.map(subnetText))}.`);
  }
  const inZone = matches.filter((one) => availabilityZone === undefined || one.availabilityZone === availabilityZone);
  if (inZone.length === 0) {
    const hint = `Those that match are: ${listed(matches.map(subnetText))}.`;
    throw refusal("NoSubnet", `no subnet that matches is in ${availabilityZone ?? "that zone"}`, hint);
  }
  const offering = inZone.filter((one) => offeredIn.includes(one.availabilityZone));
  return offering.length > 0 ? offering : inZone;
}

/** Returns the groups of an interface in a VPC, by id or by name. */
function groupsIn(wanted: InterfaceSpec, vpcId: string, { groups, region }: RegionFacts): RegionGroup[] {
  const here = groups.filter((one) => one.vpcId === vpcId);
  const { groupIds = [], groupNames = [] } = wanted;
  const byId = here.filter(({ groupId }) => groupIds.includes(groupId));
  if (byId.length === groupIds.length && byId.length > 0) return byId;
  return groupNames.map((name) => {
    const found = here.find((one) => one.name === name);
    if (found !== undefined) return found;
    const message = `no security group of ${vpcId} in ${region} has the name ${name}`;
    const names = listed(here.map(({ groupId, name: own }) => `${groupId} (${own})`));
    throw refusal(
      "NoGroup",
      message,
      `Make it, choose others with --groups, or launch with --isolate. There are: ${names}.`,
    );
  });
}

function chosenGroups(ids: readonly string[], vpcId: string, { groups }: RegionFacts): RegionGroup[] {
  return ids.map((id) => {
    const found = groups.find((one) => one.groupId === id);
    if (found?.vpcId === vpcId) return found;
    const message =
      found === undefined ? `${id} is no security group here` : `${id} is in ${found.vpcId}, not in ${vpcId}`;
    throw refusal("NoGroup", message, "A group has to be in the VPC of the subnet.");
  });
}

function isWithin(cidr: string, address: string): boolean {
  const [network = "", prefix] = cidr.split("/");
  if (isIP(network) !== 4 || isIP(address) !== 4) return false;
  const range = new BlockList();
  range.addSubnet(network, Number(prefix), "ipv4");
  return range.check(address, "ipv4");
}

/** Keeps an address only where nothing uses it and the subnet has the same range, and the address is of it. */
function addressesIn(wanted: InterfaceSpec, subnet: RegionSubnet, { takenAddresses }: RegionFacts) {
  const { privateIp, secondaryIps = [], subnetCidr, subnetId } = wanted;
  const isSameRange = subnet.subnetId === subnetId || subnet.cidr === subnetCidr;
  const isFree = (one: string) => isSameRange && isWithin(subnet.cidr, one) && !takenAddresses.includes(one);
  const kept = secondaryIps.filter(isFree);
  return {
    ...(privateIp !== undefined && isFree(privateIp) && { privateIp }),
    ...(kept.length > 0 && { secondaryIps: kept }),
  };
}

function mapped(wanted: InterfaceSpec, subnet: RegionSubnet, facts: RegionFacts, wishes: NetworkWishes): InterfaceSpec {
  const { deviceIndex, networkCardIndex, hasPublicIp, sourceDestCheck, deleteOnTermination } = wanted;
  const groups = wishes.isIsolated
    ? []
    : wishes.groupIds === undefined
      ? groupsIn(wanted, subnet.vpcId, facts)
      : chosenGroups(wishes.groupIds, subnet.vpcId, facts);
  return {
    deviceIndex,
    ...(networkCardIndex !== undefined && { networkCardIndex }),
    vpcId: subnet.vpcId,
    subnetId: subnet.subnetId,
    ...(subnet.name !== "" && { subnetName: subnet.name }),
    subnetCidr: subnet.cidr,
    zoneId: subnet.zoneId,
    ...addressesIn(wanted, subnet, facts),
    ...(groups.length > 0 && {
      groupIds: groups.map(({ groupId }) => groupId),
      groupNames: groups.map(({ name }) => name),
    }),
    ...(hasPublicIp === true && !wishes.isIsolated && { hasPublicIp: true }),
    ...(sourceDestCheck !== undefined && { sourceDestCheck }),
    ...(deleteOnTermination !== undefined && { deleteOnTermination }),
  };
}

/** A network that a launch can have. */
export interface ChosenNetwork {
  availabilityZone: string;
  interfaces: readonly InterfaceSpec[];
}

/** Returns the interfaces with another subnet for the first one; the others have to be in its zone. */
function networkIn(
  first: RegionSubnet,
  wanted: readonly InterfaceSpec[],
  facts: RegionFacts,
  wishes: NetworkWishes,
): ChosenNetwork {
  const { availabilityZone, vpcId } = first;
  const interfaces = wanted.map((one, index) => {
    if (index === 0) return mapped(one, first, facts, wishes);
    const here = matchingSubnets(one, facts.subnets).filter((subnet) => subnet.availabilityZone === availabilityZone);
    const subnet = here.find((each) => each.vpcId === vpcId) ?? here[0];
    if (subnet !== undefined) return mapped(one, subnet, facts, wishes);
    if (wishes.subnetId !== undefined) return mapped(one, first, facts, wishes);
    throw noSubnet(one, {
      ...facts,
      subnets: facts.subnets.filter((each) => each.availabilityZone === availabilityZone),
    });
  });
  return { availabilityZone, interfaces };
}

/**
 * Returns the networks that a launch can have: the first is taken, the others where its zone lacks capacity.
 * @throws a refusal where a subnet or group can't be mapped
 */
export function chooseNetworks(
  captured: readonly InterfaceSpec[],
  facts: RegionFacts,
  wishes: NetworkWishes,
): [ChosenNetwork, ...ChosenNetwork[]] {
  const [first] = captured;
  const subnets = firstSubnet(first, facts, wishes);
  const wanted: readonly InterfaceSpec[] = captured.length > 0 ? captured : [{ deviceIndex: 0 }];
  const [chosen, ...others] = subnets.map((subnet) => () => networkIn(subnet, wanted, facts, wishes));
  if (chosen === undefined) throw noSubnet(first, facts);
  const alternatives = others.flatMap((network) => {
    try {
      return [network()];
    } catch {
      // A zone without the other interfaces' subnets is no alternative.
      return [];
    }
  });
  return [chosen(), ...alternatives];
}
