"""A PNG beside its SVG: whether it opens and has room for the drawing, which is all that is said of it.

Two versions of a PNG are not compared: the SVG holds the same drawing and is compared line by line. A PNG may
be taller, by the lines on its face that say what is missing and where the figures come from.
"""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

from replication.project.strict import plain_text

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"IEND\xaeB`\x82"
SAME_SIZE = 0.02  # of a side: both are rounded to whole pixels and points
POINTS = 72 / 0.0254  # in a metre
_SIZE = re.compile(r'<svg[^>]*?\bviewBox="0 0 ([\d.]+) ([\d.]+)"', re.DOTALL)


def picture_fault(png: Path, svg: Path) -> str:
    """What is wrong with a PNG, in a few words; empty if it opens, as wide as the drawing, no less tall."""
    try:
        width, height = _read(png.read_bytes())
    except (OSError, ValueError, struct.error):
        return "is no PNG that opens"
    size = _SIZE.search(plain_text(svg)) if svg.is_file() else None
    if size and (abs(width / float(size[1]) - 1) > SAME_SIZE or height / float(size[2]) < 1 - SAME_SIZE):
        return f"is {width:.0f} by {height:.0f} points, which has no room for {svg.name}"
    return ""


def _read(content: bytes) -> tuple[float, float]:
    """Width and height in points of a PNG whose every part has its checksum.

    Raises
    ------
    ValueError, struct.error
        It is none, or does not say how many pixels are a metre.
    """
    if not content.startswith(SIGNATURE) or not content.endswith(END):
        raise ValueError("begins or ends otherwise")
    at, scale = len(SIGNATURE), 0
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        (checksum,) = struct.unpack_from(">I", content, at + 8 + length)
        if zlib.crc32(content[at + 4 : at + 8 + length]) != checksum:
            raise ValueError("checksum")
        if kind == b"pHYs":
            (scale,) = struct.unpack_from(">I", content, at + 8)
        at += 12 + length
    if not scale:
        raise ValueError("no resolution")
    width, height = struct.unpack_from(">II", content, len(SIGNATURE) + 8)
    return width * POINTS / scale, height * POINTS / scale
