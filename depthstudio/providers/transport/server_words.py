"""What a server says about its refusal, when a person can read it."""

import html
import re
from collections.abc import Sequence
from typing import Any, cast

import msgspec

from depthstudio.providers.transport.web_page import is_web_page

LONGEST_WORDS = 200
LONGEST_READ = 16_384
DEEPEST = 5
MOST_ITEMS = 3

# Where services put it: FastAPI and Gradio detail, OpenAI's kind error.message, Oxen title.
_NAMES = ("detail", "message", "error", "error_message", "msg", "title", "status_message", "errors")
_UNSEEN = re.compile(r"<(script|style|head)\b.*?(?:</\1>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.I)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,500})", re.I)
_TAG = re.compile(r"<[^<>]{0,2000}>")


def server_words(body: str, content_type: str = "") -> str:
    """The message in an answer's body, on one line, or "" where there is none for people."""
    body = body.strip()
    if len(body) > LONGEST_READ:
        return ""
    if is_web_page(content_type, body[:64].encode(errors="replace")):
        return _fit(_text_of(body))
    if body.startswith(("{", "[", '"')):
        try:
            return _fit(_words_in(msgspec.json.decode(body), DEEPEST))
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            return ""
    return _fit(body)


def _fit(text: str) -> str:
    # Twice: what was escaped is a tag again, and some label may take it for one.
    plain = _TAG.sub(" ", html.unescape(_TAG.sub(" ", text)))
    words = " ".join(plain.split()).rstrip(".")
    fits = len(words) <= LONGEST_WORDS and words.isprintable() and "Traceback (" not in words
    return words if fits else ""


def _text_of(page: str) -> str:
    title = _TITLE.search(page)
    return title[1] if title else _UNSEEN.sub(" ", page)


def _words_in(value: Any, deepest: int) -> str:
    if isinstance(value, str):
        return value
    if deepest == 0:
        return ""
    if isinstance(value, list):
        items = cast(Sequence[Any], value)[:MOST_ITEMS]
        return "; ".join(filter(None, (_words_in(item, deepest - 1) for item in items)))
    if isinstance(value, dict):
        return _words_of_object(cast(dict[str, Any], value), deepest)
    return ""


def _words_of_object(value: dict[str, Any], deepest: int) -> str:
    found = (_words_in(value[name], deepest - 1) for name in _NAMES if name in value)
    words = next(filter(None, found), "")
    place = value.get("loc")  # FastAPI says which field it means
    if words and isinstance(place, list) and place and isinstance(place[-1], str):
        return f"{place[-1]}: {words}"
    return words
