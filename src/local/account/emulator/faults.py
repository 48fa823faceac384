"""Makes AWS fail on demand: /vault/faults, /vault/dark, /vault/fail; and lists the calls that changed something.

- `faults` has switches that stay: merged into `switches`, which say what each does.
- `dark` lets every call to a region fail and counts the calls that came all the same.
- `fail` lets the n-th call of an operation fail, or the n-th call that would change something.
"""

import copy
import json
from collections import Counter

from asking import JSON
from refusals import ec2_error

PLAIN = {
    # A copy into another Region loses the billing metadata of its source.
    "loseBilling": False,
    # ARNs of keys that the caller may not use.
    "refusedKeys": [],
    # [{"zone": …, "instanceType": …}]: RunInstances and StartInstances find no capacity; one of the two is enough.
    "noCapacity": [],
    # The same form: the type is not offered there.
    "notOffered": [],
    # vCPUs by region.
    "vcpuLimit": {},
    # Operations that the caller may not call, as `RunInstances`.
    "denied": [],
    # Ids of instances whose status checks fail, or "all".
    "impaired": [],
    # How root volume replacements end: "failed" or "failed-detached".
    "rootTask": None,
}
switches: dict = copy.deepcopy(PLAIN)
dark: dict = {}
dark_calls: Counter = Counter()
failures: list = []
# Each call that would change something; None until somebody asks for them, since a year of nights has many.
writes: list | None = None
# IAM's endpoint is global: its calls are signed for a region, and don't go there.
GLOBAL = ("iam",)
READS = ("Describe", "Get", "List", "Head", "Lookup", "GET", "HEAD", "Assume")


class HangUp(Exception):
    """Closes the connection without an answer."""


def control(path: str, given: dict):
    """Carries out a request of the rehearsal's; None: it is for somebody else."""
    global writes
    if path == "/vault/faults":
        unknown = set(given) - set(PLAIN)
        if unknown:
            raise KeyError(f"{sorted(unknown)}, expected some of {sorted(PLAIN)}")
        switches.update(given)
    elif path == "/vault/faults/reset":
        switches.update(copy.deepcopy(PLAIN))
    elif path == "/vault/dark":
        dark[given["region"]] = given.get("how", "connection")
    elif path == "/vault/dark/calls":
        return [{"region": r, "call": c, "count": n} for (r, c), n in sorted(dark_calls.items())]
    elif path == "/vault/dark/reset":
        dark.clear()
        dark_calls.clear()
    elif path == "/vault/fail":
        failures.append({"seen": 0, "nth": 1, "times": 1, "when": "before", "code": "InternalError", **given})
    elif path == "/vault/fail/reset":
        failures.clear()
    elif path == "/vault/writes":
        return writes or []
    elif path == "/vault/writes/record":
        writes = []
    else:
        return None
    return {}


def error_of(service: str, code: str, message: str, status: int) -> tuple:
    """Returns status, headers and body as the service's protocol has them."""
    line = f"{status} {'Error' if status < 500 else 'Server Error'}"
    if service == "ec2":
        return line, [("Content-Type", "text/xml")], ec2_error(code, message)
    if service in ("sns", "iam", "sts"):
        return line, [("Content-Type", "text/xml")], (
            f"<ErrorResponse><Error><Type>Receiver</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            "<RequestId>emulator</RequestId></ErrorResponse>")
    if service == "s3":
        return line, [("Content-Type", "application/xml")], (
            f"<Error><Code>{code}</Code><Message>{message}</Message></Error>")
    headers = [("Content-Type", JSON), ("x-amzn-errortype", code)]
    return line, headers, json.dumps({"__type": code, "message": message})


def in_the_dark(region: str, name: str) -> tuple | None:
    how = dark.get(region)
    service = name.split(":")[0]
    if how is None or service in GLOBAL:
        return None
    dark_calls[(region, name)] += 1
    if how == "connection":
        raise HangUp(region)
    return error_of(service, "ServiceUnavailable", f"{region} is unavailable", 503)


def is_write(name: str, body: bytes) -> bool:
    return not name.split(":")[1].startswith(READS) and b"DryRun=true" not in body


def failure_for(region: str, name: str, body: bytes) -> dict | None:
    """Counts the call for each failure that waits for it, and returns the one whose turn it is."""
    operation = name.split(":")[1]
    changes = is_write(name, body)
    found = None
    if changes and writes is not None:
        writes.append({"region": region, "call": name})
    for one in failures:
        wanted = one.get("operation")
        if (changes if wanted is None else wanted == operation) and one.get("region", region) == region:
            one["seen"] += 1
            turn = one["seen"] - one["nth"]
            if found is None and turn >= 0 and (one["times"] == 0 or turn < one["times"]):
                found = one
    return found


def answer_of(failure: dict, name: str) -> tuple:
    code = failure["code"]
    if code == "connection":
        raise HangUp(name)
    is_server = code in ("InternalError", "InternalFailure", "Unavailable", "ServiceUnavailable")
    status = failure.get("status", 500 if is_server else 400)
    message = failure.get("message", f"The emulator lets {name} fail")
    return error_of(name.split(":")[0], code, message, status)


def denied(name: str) -> tuple | None:
    """Refuses as IAM does: also a dry run, with the encoded message that only STS can read."""
    service, operation = name.split(":")
    if operation not in switches["denied"]:
        return None
    code = "UnauthorizedOperation" if service == "ec2" else "AccessDenied"
    message = ("You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/rehearsal is "
               f"not authorized to perform: {name} because no identity-based policy allows the {name} action. "
               "Encoded authorization failure message: ZW11bGF0ZWQ")
    return error_of(service, code, message, 403)
