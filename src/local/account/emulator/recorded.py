"""A call as an IAM decision needs it: the action, its parameters, and the tags of what it is about at that moment."""

import json
import re
from urllib.parse import parse_qsl, unquote

from moto.iam.models import iam_backends
from keys import ACCOUNT

RESOURCE_ID = re.compile(r"\b(?:snap|vol|i|ami|eni|sg|subnet|vpc)-[0-9a-f]+\b")

# Services that name an operation by method and path; of each the function and the commands have but these.
REST = {
    ("s3", "GET"): "GetObject",
    ("s3", "PUT"): "PutObject",
    ("scheduler", "GET"): "GetSchedule",
    ("scheduler", "PUT"): "UpdateSchedule",
}


def called(environ: dict, body: bytes) -> tuple[str, str, str]:
    """Who calls, the region and the operation of a request."""
    scope = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    caller, region, service = scope.groups() if scope else ("", "", "")
    action = re.search(rb"(?:^|&)Action=(\w+)", body)
    target = environ.get("HTTP_X_AMZ_TARGET", "").rsplit(".", 1)[-1]
    method = environ["REQUEST_METHOD"]
    name = action.group(1).decode() if action else target or REST.get((service, method), method)
    return caller, region, f"{service}:{name}"


def nested(pairs: list) -> dict:
    """`TagSpecification.1.Tag.1.Key=…` of AWS's query protocol as it was before: objects, and lists in order."""
    tree: dict = {}
    for name, value in pairs:
        *path, last = name.split(".")
        place = tree
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return tree_of(tree)


def tree_of(value):
    if not isinstance(value, dict):
        return value
    inner = {key: tree_of(one) for key, one in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def parameters_of(name: str, environ: dict, body: bytes) -> dict:
    folders = unquote(environ["PATH_INFO"]).strip("/").split("/")
    if name in ("s3:GetObject", "s3:PutObject"):
        return {"Bucket": folders[0], "Key": "/".join(folders[1:])}
    if name.startswith("scheduler:"):
        query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        given = json.loads(body or b"{}")
        group = given.get("GroupName", query.get("groupName"))
        return {**given, "Name": folders[-1], "GroupName": group}
    if name.startswith(("kms:", "sqs:")):
        return json.loads(body or b"{}")
    given = nested(parse_qsl(body.decode(), keep_blank_values=True))
    return {key: value for key, value in given.items() if key not in ("Action", "Version")}


def roles_of(parameters: dict) -> list:
    """The roles of the instance profile that a call names."""
    given = parameters.get("IamInstanceProfile", {})
    profiles = iam_backends[ACCOUNT]["aws"].instance_profiles.values()
    return [role.arn for one in profiles if given.get("Name") == one.name or given.get("Arn") == one.arn
            for role in one.roles]


def record_of(region: str, name: str, environ: dict, body: bytes, backends) -> dict:
    """`tags` has every resource that the parameters name and that is there; `attached` the volumes of instances;
    `keys` the keys of snapshots and volumes; `owners` those of images; `roles` those of instance profiles."""
    service, action = name.split(":")
    parameters = parameters_of(name, environ, body)
    ids = set(RESOURCE_ID.findall(body.decode())) if service == "ec2" else set()
    tags, attached, keys, owners = {}, {}, {}, {}
    for ec2 in (backends[one] for one in sorted({region, parameters.get("SourceRegion", region)}) if ids):
        for one in (instance for instance in map(ec2.fleet.get, sorted(ids)) if instance):
            mapping = sorted(one.get_block_device_mapping, key=lambda pair: pair[0] != one.root_device_name)
            attached[one.id] = [device.volume_id for _, device in mapping]
        for one in sorted(ids | {volume for volumes in attached.values() for volume in volumes}):
            snapshot = ec2.snapshots.get(one)
            if snapshot is not None and snapshot.kms_key_id:
                keys[one] = snapshot.kms_key_id
            volume = ec2.volumes.get(one)
            if volume is not None and volume.kms_key_id:
                keys[one] = volume.kms_key_id
            image = ec2.amis.get(one)
            if image is not None:
                owners[one] = getattr(image, "owner_alias", None) or image.owner_id
            if snapshot is not None or volume is not None or one in ec2.fleet or one in ec2.tags:
                tags[one] = dict(ec2.tags.get(one, {}))
    return {"service": service, "action": action, "region": region, "parameters": parameters,
            "tags": tags, "attached": attached, "keys": keys, "owners": owners, "roles": roles_of(parameters)}
