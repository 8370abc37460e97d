"""A PNG beside its SVG: whether it opens and has the same shape, which is all that is said of it.

Two versions of a PNG are not compared: the SVG holds the same drawing and is compared line by line.
"""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"IEND\xaeB`\x82"
SAME_SHAPE = 0.02  # of width over height: both are rounded to whole pixels and points
_SIZE = re.compile(r'<svg[^>]*?\bviewBox="0 0 ([\d.]+) ([\d.]+)"', re.DOTALL)


def picture_fault(png: Path, svg: Path) -> str:
    """What is wrong with a PNG, in a few words; empty if it opens and has the shape of the drawing."""
    try:
        width, height = _read(png.read_bytes())
    except (OSError, ValueError, struct.error):
        return "is no PNG that opens"
    size = _SIZE.search(svg.read_text(encoding="utf-8")) if svg.is_file() else None
    if size and abs(width / height / (float(size[1]) / float(size[2])) - 1) > SAME_SHAPE:
        return f"is {width} by {height} pixels, which is not the shape of {svg.name}"
    return ""


def _read(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG whose every part has its checksum.

    Raises
    ------
    ValueError, struct.error
        It is none.
    """
    if not content.startswith(SIGNATURE) or not content.endswith(END):
        raise ValueError("begins or ends otherwise")
    at = len(SIGNATURE)
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        (checksum,) = struct.unpack_from(">I", content, at + 8 + length)
        if zlib.crc32(content[at + 4 : at + 8 + length]) != checksum:
            raise ValueError("checksum")
        at += 12 + length
    width, height = struct.unpack_from(">II", content, len(SIGNATURE) + 8)
    return width, height
