"""Makes small HEIC photos: libheif as it is shipped only decodes them.

The pixels are encoded by the HEVC encoder that comes with PyAV, and wrapped box by box.
"""

import struct
from fractions import Fraction

import av
import numpy as np
from PIL import Image

ORIENTATION_TAG = 0x0112
HEADS = (32, 33, 34)  # the kinds of HEVC units that say how to decode the others


def heic(
    upright: np.ndarray,
    *,
    quarter_turns: int = 0,
    exif_orientation: int | None = None,
    is_deep: bool = False,
    brand: bytes = b"heic",
    profile: bytes = b"",
) -> bytes:
    """A HEIC photo of (H, W, 3) uint8, or 10-bit uint16 with `is_deep`; sides are even.

    `quarter_turns` tells viewers how often to turn what is stored to the left; the pixels
    are stored so that they come out as given.
    """
    decoder, sample = _encoded(np.rot90(upright, -quarter_turns), is_deep=is_deep)
    height_px, width_px = np.rot90(upright, -quarter_turns).shape[:2]
    exif = _exif(exif_orientation) if exif_orientation else b""
    return _container(decoder, sample, exif, (width_px, height_px), quarter_turns, brand, profile)


def _encoded(pixels: np.ndarray, *, is_deep: bool) -> tuple[bytes, bytes]:
    """The decoder's configuration and the one sample."""
    height_px, width_px = pixels.shape[:2]
    encoder = av.CodecContext.create("libx265", "w")
    encoder.width, encoder.height, encoder.time_base = width_px, height_px, Fraction(1, 1)
    encoder.pix_fmt = "gbrp10le" if is_deep else "gbrp"
    encoder.options = {
        "x265-params": "log-level=none:lossless=1:range=full:info=0:pools=1:frame-threads=1"
    }
    frame = av.VideoFrame(width_px, height_px, encoder.pix_fmt)
    frame.pts = 0
    dtype = np.uint16 if is_deep else np.uint8
    for plane, channel in zip(frame.planes, (1, 2, 0), strict=True):
        rows = np.zeros((height_px, plane.line_size // dtype().itemsize), dtype)
        rows[:, :width_px] = pixels[..., channel]
        plane.update(rows.tobytes())
    stream = b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode()))
    units = [unit.rstrip(b"\0") for unit in stream.split(b"\0\0\1")[1:]]
    heads = {kind: [unit for unit in units if unit[0] >> 1 == kind] for kind in HEADS}
    sample = b"".join(_with_length(unit) for unit in units if unit[0] >> 1 < min(HEADS))
    return _decoder(heads, 10 if is_deep else 8), sample


def _with_length(unit: bytes) -> bytes:
    return struct.pack(">I", len(unit)) + unit


def _decoder(heads: dict[int, list[bytes]], bits: int) -> bytes:
    """The configuration record of ISO/IEC 14496-15 for 4:4:4 pictures."""
    (sequence,) = heads[33]
    profile = sequence.replace(b"\0\0\3", b"\0\0")[3:15]
    fields = bytes([0xFC, 0xFC | 3, 0xF8 | bits - 8, 0xF8 | bits - 8, 0, 0, 0x0F, len(heads)])
    record = b"\1" + profile + b"\xf0\0" + fields
    for kind, units in heads.items():
        record += struct.pack(">BH", 0x80 | kind, len(units))
        record += b"".join(struct.pack(">H", len(unit)) + unit for unit in units)
    return record


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    return bytes(4) + exif.tobytes().removeprefix(b"Exif\0\0")


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _container(
    decoder: bytes,
    sample: bytes,
    exif: bytes,
    size_px: tuple[int, int],
    quarter_turns: int,
    brand: bytes,
    profile: bytes,
) -> bytes:
    colour = b"prof" + profile if profile else b"nclx" + struct.pack(">HHHB", 1, 13, 0, 0x80)
    properties = [
        _box(b"hvcC", decoder),
        _full_box(b"ispe", 0, 0, struct.pack(">II", *size_px)),
        _box(b"colr", colour),
        _box(b"irot", bytes([quarter_turns])),
    ]
    essential = [0x81, 2, 3, 0x84]
    payloads = [sample, exif] if exif else [sample]
    entries = [_item(1, b"hvc1"), _item(2, b"Exif")][: len(payloads)]
    start = _box(b"ftyp", brand, bytes(4), b"mif1heic")

    def meta(offset: int) -> bytes:
        places = b""
        for number, payload in enumerate(payloads, 1):
            places += struct.pack(">HHHII", number, 0, 1, offset, len(payload))
            offset += len(payload)
        return _full_box(
            b"meta",
            0,
            0,
            _full_box(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
            _full_box(b"pitm", 0, 0, struct.pack(">H", 1)),
            _full_box(b"iloc", 0, 0, b"\x44\0", struct.pack(">H", len(payloads)), places),
            _full_box(b"iinf", 0, 0, struct.pack(">H", len(entries)), *entries),
            _full_box(b"iref", 0, 0, _box(b"cdsc", struct.pack(">HHH", 2, 1, 1)) if exif else b""),
            _box(
                b"iprp",
                _box(b"ipco", *properties),
                _full_box(
                    b"ipma", 0, 0, struct.pack(">IHB", 1, 1, len(essential)), bytes(essential)
                ),
            ),
        )

    offset = len(start) + len(meta(0)) + 8
    return start + meta(offset) + _box(b"mdat", *payloads)


def _item(number: int, kind: bytes) -> bytes:
    return _full_box(b"infe", 2, 0, struct.pack(">HH4s", number, 0, kind), b"\0")
