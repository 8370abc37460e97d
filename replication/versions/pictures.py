"""A PNG beside its SVG: whether it opens and has room for the drawing, which is all that is said of it.

Two versions of a PNG are not compared: the SVG holds the same drawing and is compared line by line. A PNG may
be taller, by the lines on its face that say what is missing and where the figures come from.
"""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from replication.project.strict import plain_text

SAME_SIZE = 0.02  # of a side: both are rounded to whole pixels and points
_SIZE = re.compile(r'<svg[^>]*?\bviewBox="0 0 ([\d.]+) ([\d.]+)"', re.DOTALL)


def picture_fault(png: Path, svg: Path) -> str:
    """What is wrong with a PNG, in a few words; empty if it opens, as wide as the drawing, no less tall."""
    try:
        width, height = _read(png)
    except (OSError, SyntaxError, KeyError, Image.DecompressionBombError):
        return "is no PNG that opens"
    size = _SIZE.search(plain_text(svg)) if svg.is_file() else None
    if size and (abs(width / float(size[1]) - 1) > SAME_SIZE or height / float(size[2]) < 1 - SAME_SIZE):
        return f"is {width:.0f} by {height:.0f} points, which has no room for {svg.name}"
    return ""


def _read(path: Path) -> tuple[float, float]:
    """Width and height in points of a PNG whose every part has its checksum.

    Raises
    ------
    OSError, SyntaxError, KeyError, Image.DecompressionBombError
        It is none, is larger than any picture of ours, or does not say how many pixels are an inch.
    """
    with Image.open(path, formats=["PNG"]) as picture:
        picture.verify()
        across, down = picture.info["dpi"]
        return picture.width * 72 / across, picture.height * 72 / down
