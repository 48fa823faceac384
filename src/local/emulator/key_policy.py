"""Whether a key's policy lets a role copy under the key through EC2.

As far as this project's policies go: what it does not know it raises at, so that no policy passes by being misread.
"""

import json
from fnmatch import fnmatchcase

# What EC2 asks of who copies under a key (AWS, "Amazon EBS encryption": permissions for IAM principals).
NEEDED = ("kms:CreateGrant", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext")


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


def principals_of(statement: dict) -> list:
    principal = statement.get("Principal", {})
    return ["*"] if principal == "*" else listed(principal.get("AWS", []))


def fulfilled(conditions: dict, context: dict) -> bool:
    for operator, keys in conditions.items():
        if operator not in ("StringEquals", "Bool"):
            raise ValueError(f"the condition operator {operator} is not modelled")
        if any(context.get(key) not in listed(wanted) for key, wanted in keys.items()):
            return False
    return True


def may_copy_under(policy: str, role_arn: str, region: str) -> bool:
    """A statement for the account's root leaves it to the role's own policy, which has these rights."""
    root = ":".join(role_arn.split(":")[:5]) + ":root"
    context = {"kms:ViaService": f"ec2.{region}.amazonaws.com", "kms:GrantIsForAWSResource": "true"}
    speaking = [
        statement for statement in json.loads(policy)["Statement"]
        if {"*", role_arn, root} & set(principals_of(statement))
        and fulfilled(statement.get("Condition", {}), context)
    ]

    def effects(action: str) -> set:
        return {
            statement["Effect"] for statement in speaking
            if any(fnmatchcase(action, pattern) for pattern in listed(statement["Action"]))
        }

    return all(effects(action) == {"Allow"} for action in NEEDED)
