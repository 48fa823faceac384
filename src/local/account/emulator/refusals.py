"""Answers with an error of EC2's: of the client's side by moto, of the server's side with status 500."""

from uuid import uuid4
from xml.sax.saxutils import escape

from moto.ec2.exceptions import EC2ClientError
from werkzeug.exceptions import HTTPException


def refuse(code: str, message: str):
    """Raises an error of the client's side."""
    raise EC2ClientError(code, message)


def ec2_error(code: str, message: str) -> str:
    return (f"<Response><Errors><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error></Errors>"
            f"<RequestID>{uuid4()}</RequestID></Response>")


class ServerError(HTTPException):
    """An error that AWS lists among the server's: an SDK tries the call again (API Reference, errors-overview)."""

    code = 500

    def __init__(self, code: str, message: str):
        super().__init__(ec2_error(code, message))

    def get_headers(self, *_given, **_more):
        return [("Content-Type", "text/xml")]
