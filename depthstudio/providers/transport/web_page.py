"""A web page where something else was expected: a network that wants you to sign in first."""

SIGN_IN_HINT = (
    "If this network asks you to sign in, do so in a web browser and try again; "
    "otherwise check the server's address"
)
_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<meta", b"<!--")


def is_web_page(content_type: str, start: bytes) -> bool:
    """Whether an answer with that Content-Type and beginning is HTML."""
    kind = content_type.partition(";")[0].strip().lower()
    head = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:16].lower()
    return kind in ("text/html", "application/xhtml+xml") or head.startswith(_STARTS)
