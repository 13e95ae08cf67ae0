"""Safetensors files, as far as weights need them, and writing that leaves nothing half-written."""

import json
import os
import pathlib
import secrets
import shutil

import numpy as np

# NumPy's names for the format's types. It has no bfloat16: that is the upper half of a float.
TYPES = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "BOOL": "?"},
    **{f"{kind}{8 * size}": f"<{kind.lower()}{size}" for kind in "IU" for size in (1, 2, 4, 8)},
}


def check_readable(path):
    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from error


def tensor_of(entry, data):
    begin, end = entry["data_offsets"]
    stored = np.frombuffer(data[begin:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    if entry["dtype"] == "BF16":
        return (stored.astype(np.uint32) << 16).view(np.float32)
    return stored


def read_safetensors(path):
    """The tensors by name, those of bfloat16 as floats, and the metadata."""
    check_readable(path)
    content = pathlib.Path(path).read_bytes()
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or length > len(content) - 8 or content[8:9] != b"{":
        raise ValueError(f"{path}: expected a safetensors file, found something else")
    try:
        header = json.loads(content[8 : 8 + length])
        metadata = header.pop("__metadata__", {})
    except ValueError as error:
        raise ValueError(f"{path}: damaged: the header is not JSON") from error
    data = memoryview(content)[8 + length :]
    tensors = {}
    for name, entry in header.items():
        try:
            tensors[name] = tensor_of(entry, data)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: damaged, or of an unknown type: tensor {name}") from error
    return tensors, metadata


def write_safetensors(path, tensors, metadata):
    """In the order given."""
    header = {"__metadata__": metadata} if metadata else {}
    pieces = []
    position = 0
    for name, tensor in tensors.items():
        piece = np.ascontiguousarray(tensor, tensor.dtype.newbyteorder("<")).tobytes()
        offsets = [position, position + len(piece)]
        dtype = f"{tensor.dtype.kind.upper()}{8 * tensor.dtype.itemsize}"
        header[name] = {"dtype": dtype, "shape": tensor.shape, "data_offsets": offsets}
        pieces.append(piece)
        position = offsets[1]
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    write_atomically(path, [len(text).to_bytes(8, "little"), text, *pieces])


def write_atomically(path, pieces):
    """Writes bytes under a temporary name, and gives it its own when all are on the disk."""
    target = os.path.realpath(path)
    temporary = f"{target}.tmp-{secrets.randbits(32)}"
    if os.path.exists(target) and not os.path.isfile(target):
        raise ValueError(f"cannot write {path}: not a regular file")
    try:
        with open(temporary, "xb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(target):
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except OSError as error:
        raise ValueError(f"cannot write {path}: {error.strerror}") from error
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)
