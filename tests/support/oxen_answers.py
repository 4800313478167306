"""The words in which the Oxen service of the tests refuses, and reads forms."""

import email.parser
import email.policy
from dataclasses import dataclass
from typing import Any

from tests.support.rest_service import Answer, Request

EXPIRED_XML = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code>'
    b"<Message>Request has expired</Message></Error>"
)


def refused(status: int, kind: str, title: str, detail: str = "") -> Answer:
    error: dict[str, Any] = {"type": kind, "title": title}
    if detail:
        error["detail"] = detail
    return Answer.of({"error": error, "status": "error", "status_message": kind}, status)


def not_found() -> Answer:
    return refused(404, "resource_not_found", "The requested resource could not be found")


def unauthenticated() -> Answer:
    return refused(401, "unauthenticated", "You must be logged in to do that")


@dataclass(frozen=True)
class Part:
    """One part of a form; `file_name` is None for a plain field."""

    name: str
    file_name: str | None
    content: bytes


def parts_of(request: Request) -> list[Part]:
    """The parts of a multipart form; none where it is no such."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return []
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
    return [
        Part(
            str(part.get_param("name", header="content-disposition")),
            part.get_filename(),
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    ]
