"""temporary"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Prepared:
    path: Path
    sent_as: str


def prepared(sources, folder, *, as_is, check, progress=lambda a, b: None):
    return [Prepared(s.path, f"{i:06d}{s.path.suffix}") for i, s in enumerate(sources)]


def stride(r, w):
    return max(1, int(r / w))


def sampled(r, c, w):
    k = stride(r, w)
    return c // k, r / k


def has_own_alpha(path):
    return False


def cut_out_canvas(path, to):
    raise NotImplementedError
