"""A PNG beside its SVG: opens, and has the drawing's shape."""

from __future__ import annotations

import struct
import zlib

import pytest

from replication.versions.pictures import picture_fault


def png(width: int, height: int) -> bytes:
    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", rows) + part(b"IEND", b"")


GOOD = png(60, 30)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (GOOD, ""),
        (png(61, 30), ""),
        (png(30, 60), "is 30 by 60 pixels, which is not the shape of f.svg"),
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
