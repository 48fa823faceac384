"""Carries out a call with a client token once: a call that is sent again gets what the first one made.

AWS's SDKs send a token of their own with each such call, and the same one when they try again (API Reference,
"Ensuring idempotency").
"""

import json

from refusals import refuse


def once(response, make):
    """Returns what `make` made, or had made when the same token came first: a second call is not checked again."""
    token = response._get_param("ClientToken")
    if not token:
        return make()
    made = response.ec2_backend.__dict__.setdefault("client_tokens", {})
    key = (response._get_action(), token)
    given = json.dumps({k: v for k, v in response.params.items()}, sort_keys=True, default=str)
    if key not in made:
        made[key] = (given, make())
    before, result = made[key]
    if before != given:
        refuse("IdempotentParameterMismatch", "The client token was used with other parameters before.")
    return result
