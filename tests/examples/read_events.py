#!/usr/bin/env python3
"""Reads a TensorBoard event file with nothing but the formats' definitions, checks every length and
checksum, and that it holds the curves of a history.csv: read_events.py EVENTS HISTORY"""

import csv
import struct
import sys


def crc32c(content):
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(content):
    crc = crc32c(content)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(content):
    """The records of a TFRecord file."""
    at = 0
    while at < len(content):
        length, length_crc = struct.unpack_from("<QI", content, at)
        assert length_crc == masked(content[at : at + 8]), f"checksum of the length at byte {at}"
        record = content[at + 12 : at + 12 + length]
        assert len(record) == length, f"record at byte {at} is cut"
        (crc,) = struct.unpack_from("<I", content, at + 12 + length)
        assert crc == masked(record), f"checksum of the record at byte {at}"
        yield record
        at += 16 + length


def varint(content, at):
    number = shift = 0
    while True:
        number |= (content[at] & 127) << shift
        shift += 7
        at += 1
        if content[at - 1] < 128:
            return number, at


def fields(message):
    """The fields of a protocol buffer by number."""
    at, found = 0, {}
    while at < len(message):
        key, at = varint(message, at)
        if key & 7 == 0:
            value, at = varint(message, at)
        elif key & 7 == 2:
            length, at = varint(message, at)
            value, at = message[at : at + length], at + length
        else:
            form = {1: "<d", 5: "<f"}[key & 7]
            (value,) = struct.unpack_from(form, message, at)
            at += struct.calcsize(form)
        assert key >> 3 not in found, "a field stands twice"
        found[key >> 3] = value
    return found


assert crc32c(b"123456789") == 0xE3069283  # the check value of CRC-32C
events_path, history_path = sys.argv[1:]
with open(events_path, "rb") as file:
    first, *events = [fields(record) for record in records(file.read())]
assert first[3] == b"brain.Event:2" and first[1] > 1e9, first
curves, last_time = {}, {}
for event in events:
    value = fields(fields(event[5])[1])
    curve = value[1].decode()
    curves.setdefault(curve, []).append((event[2], value[2]))
    assert event[1] >= last_time.get(curve, 0.0), f"time runs backwards in {curve}"
    last_time[curve] = event[1]

with open(history_path) as file:
    history = list(csv.DictReader(file))
validated = [row for row in history if row["validation_loss"]]
for curve, column, rows in [
    ("loss/train", "loss", history),
    ("accuracy/train", "accuracy", history),
    ("learning_rate", "learning_rate", history),
    ("loss/validation", "validation_loss", validated),
    ("accuracy/validation", "validation_accuracy", validated),
]:
    points = curves.get(curve, [])
    assert [step for step, _ in points] == [int(row["step"]) for row in rows], curve
    for (_, value), row in zip(points, rows):
        (expected,) = struct.unpack("<f", struct.pack("<f", float(row[column])))
        assert value == expected, (curve, row)
assert len(curves["ms_per_step"]) == len(history)
assert all(milliseconds > 0 for _, milliseconds in curves["ms_per_step"])
