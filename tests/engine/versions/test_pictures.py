"""A PNG beside its SVG: opens, and has room for the drawing."""

from __future__ import annotations

import struct
import zlib

import pytest

from replication.versions.pictures import picture_fault


def png(width: int, height: int, dots: int = 72) -> bytes:
    """A black picture of so many dots to the inch; 0 for none that is said."""

    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    scale = part(b"pHYs", struct.pack(">IIB", *[round(dots / 0.0254)] * 2, 1)) if dots else b""
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + scale + part(b"IDAT", rows) + part(b"IEND", b"")


GOOD = png(200, 100)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (GOOD, ""),
        (png(833, 417, dots=300), ""),
        (png(833, 483, dots=300), ""),  # lines on its face below the drawing
        (png(100, 200), "is 100 by 200 points, which has no room for f.svg"),
        (png(200, 95), "is 200 by 95 points, which has no room for f.svg"),
        (png(200, 100, dots=300), "is 48 by 24 points, which has no room for f.svg"),
        (png(200, 100, dots=0), "is no PNG that opens"),
        (b"", "is no PNG that opens"),
        (b"garbage", "is no PNG that opens"),
        (GOOD[:-9], "is no PNG that opens"),
        (GOOD[:45] + b"x" + GOOD[46:], "is no PNG that opens"),
    ],
)
def test_what_is_wrong_with_a_picture_is_told(tmp_path, content, told):
    (tmp_path / "f.png").write_bytes(content)
    (tmp_path / "f.svg").write_text('<svg width="200pt" viewBox="0 0 200 100"></svg>')
    assert picture_fault(tmp_path / "f.png", tmp_path / "f.svg") == told
