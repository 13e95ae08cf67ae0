#!/usr/bin/env python3
"""change_metadata.py MODEL OUT KEY VALUE [--halve-first-kernel]: a model file without its sample, in
which the metadata KEY is VALUE, or is missing where that is empty."""

import json
import struct
import sys

path, out, key, value = sys.argv[1:5]
with open(path, "rb") as file:
    length = int.from_bytes(file.read(8), "little")
    header = json.loads(file.read(length))
    data = file.read()
header["__metadata__"].pop(key, None)
if value:
    header["__metadata__"][key] = value
kept = b""
for name in [name for name in header if name != "__metadata__"]:
    begin, end = header[name]["data_offsets"]
    piece = data[begin:end]
    if name.startswith("sample."):
        del header[name]
        continue
    if name == "conv2d_1.kernel" and "--halve-first-kernel" in sys.argv:
        numbers = struct.unpack(f"<{len(piece) // 4}f", piece)
        piece = struct.pack(f"<{len(numbers)}f", *(number / 2 for number in numbers))
    header[name]["data_offsets"] = [len(kept), len(kept) + len(piece)]
    kept += piece
text = json.dumps(header).encode()
with open(out, "wb") as file:
    file.write(len(text).to_bytes(8, "little") + text + kept)
