#!/usr/bin/env python3
"""Writes 28x28 gray bytes from stdin as a PNG, dark on light in colour and four times as large with a
margin if asked to: write_png.py FILE [--large]"""

import struct
import sys
import zlib


def chunk(kind, content):
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


path, *options = sys.argv[1:]
pixels = sys.stdin.buffer.read()
rows = [pixels[y * 28 : y * 28 + 28] for y in range(28)]
colour = 0
if options == ["--large"]:
    white = 30 * b"\xff"
    wide = [white + bytes(255 - p for p in row for _ in range(4)) + white for row in rows]
    rows = 9 * [172 * b"\xff"] + [row for row in wide for _ in range(4)] + 50 * [172 * b"\xff"]
    rows = [bytes(p for p in row for _ in range(3)) for row in rows]
    colour = 2
width = len(rows[0]) // (3 if colour else 1)
header = struct.pack(">IIBBBBB", width, len(rows), 8, colour, 0, 0, 0)
data = zlib.compress(b"".join(b"\0" + row for row in rows))
with open(path, "wb") as file:
    file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data))
    file.write(chunk(b"IEND", b""))
