"""What the Tengr service of the tests takes in a request, and in which words it refuses one."""

from typing import Any
from urllib.parse import urlsplit

from tests.support.tengr_maps import V2_MODELS, V3_MODELS

MODES = ("Standard", "V2-Style", "Raw")
BOOLEANS = ("invertDepth", "usePostResize", "useVersion3")
KNOWN = {"imageUrl", "resolutionLowerLimit", "webhook", "model", "normalizationMode", *BOOLEANS}
LOWEST, HIGHEST, STEP = 256, 2048, 64


def complaints(asked: Any) -> list[str]:
    """Everything wrong with a request, in the words of class-validator; empty for a good one."""
    if not isinstance(asked, dict):
        return ["body must be an object"]
    wrong = [f"property {name} should not exist" for name in asked if name not in KNOWN]
    if not _is_url(asked.get("imageUrl"), ("http", "https")):
        wrong.append("imageUrl must be a URL address")
    if "webhook" in asked and not _is_url(asked["webhook"], ("https",)):
        wrong.append("webhook must be a public https URL address")
    for name in BOOLEANS:
        if name in asked and not isinstance(asked[name], bool):
            wrong.append(f"{name} must be a boolean value")
    wrong += _of_limit(asked)
    wrong += _of_version(asked)
    return wrong


def _of_limit(asked: dict[str, Any]) -> list[str]:
    if "resolutionLowerLimit" not in asked:
        return []
    limit = asked["resolutionLowerLimit"]
    if isinstance(limit, bool) or not isinstance(limit, int):
        return ["resolutionLowerLimit must be an integer number"]
    wrong: list[str] = []
    if limit < LOWEST:
        wrong.append(f"resolutionLowerLimit must not be less than {LOWEST}")
    if limit > HIGHEST:
        wrong.append(f"resolutionLowerLimit must not be greater than {HIGHEST}")
    if limit % STEP:
        wrong.append(f"resolutionLowerLimit must be divisible by {STEP}")
    return wrong


def _of_version(asked: dict[str, Any]) -> list[str]:
    """That the version decides over model and mode is assumed: the page says so, and no code."""
    is_third = asked.get("useVersion3") is True
    models = V3_MODELS if is_third else V2_MODELS
    wrong: list[str] = []
    if "model" in asked and asked["model"] not in models:
        wrong.append(f"model must be one of the following values: {', '.join(models)}")
    if "normalizationMode" in asked:
        if not is_third:
            wrong.append("normalizationMode is only for useVersion3")
        elif asked["normalizationMode"] not in MODES:
            wrong.append(
                f"normalizationMode must be one of the following values: {', '.join(MODES)}"
            )
    return wrong


def _is_url(value: Any, schemes: tuple[str, ...]) -> bool:
    if not isinstance(value, str):
        return False
    parts = urlsplit(value)
    return parts.scheme in schemes and bool(parts.hostname)
