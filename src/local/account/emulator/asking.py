"""Asks the rehearsal whether IAM lets a call of the function through, and answers a refused one as AWS does.

One line of JSON per question on file descriptor 3, one per answer on 4: src/local/permissions/authorizer.ts decides.
"""

import json
import os
from uuid import uuid4
from xml.sax.saxutils import escape

JSON = "application/x-amz-json-1.1"


class Asker:
    """Asks one question at a time, as calls are carried out; a key's policy is sent along with the first question after it changed."""

    def __init__(self):
        self.questions = os.fdopen(3, "w", encoding="utf-8")
        self.answers = os.fdopen(4, "r", encoding="utf-8")
        self.sent: dict = {}

    def ask(self, call: dict, keys: list) -> dict:
        changed = {key.arn: key.policy for key in keys if self.sent.get(key.arn) != key.policy}
        self.sent.update(changed)
        self.questions.write(json.dumps({"call": call, "keyPolicies": changed}) + "\n")
        self.questions.flush()
        return json.loads(self.answers.readline())


def words_of(refused: dict) -> str:
    return (f"User: {refused['caller']} is not authorized to perform: {refused['action']} "
            f"on resource: {refused['resource']} {refused['because']}")


def refusal_of(service: str, refused: dict) -> tuple:
    """Status, headers and body by the service's protocol, with the error code that it uses."""
    words, request_id = words_of(refused), str(uuid4())
    if service == "ec2":
        message = escape(f"You are not authorized to perform this operation. {words}")
        return "403 Forbidden", [("Content-Type", "text/xml")], (
            f"<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>{message}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>")
    if service == "sns":
        return "403 Forbidden", [("Content-Type", "text/xml")], (
            "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type>"
            f"<Code>AuthorizationError</Code><Message>{escape(words)}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>")
    if service == "s3":
        return "403 Forbidden", [("Content-Type", "application/xml")], (
            f"<Error><Code>AccessDenied</Code><Message>{escape(words)}</Message>"
            f"<RequestId>{request_id}</RequestId></Error>")
    if service == "kms":
        body = {"__type": "AccessDeniedException", "message": words}
        return "400 Bad Request", [("Content-Type", JSON)], json.dumps(body)
    headers = [("Content-Type", "application/json"), ("x-amzn-errortype", "AccessDeniedException")]
    return "403 Forbidden", headers, json.dumps({"Message": words})
