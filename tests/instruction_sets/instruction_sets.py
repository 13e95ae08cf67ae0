#!/usr/bin/env python3
"""instruction_sets.py PORTABLE PROGRAM...: what programs print that train on one or two instruction
sets, trainer_FIRST_then_SECOND, and on those that PORTABLE chooses among."""

import os
import pathlib
import subprocess
import sys

portable, *programs = map(pathlib.Path, sys.argv[1:])
NAMES = {"x86_64": "sse2", "x86_64_v3": "avx2_fma", "x86_64_v4": "avx512"}


def lines(program, asked=""):
    """Those that the program prints; none where it has instructions that this machine has not."""
    environment = {**os.environ, "TWEED_INSTRUCTION_SET": asked}
    done = subprocess.run([program], env=environment, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def sets_of(program):
    return program.stem.removeprefix("trainer_").split("_then_")


def machine_has(level):
    return not lines(portable, NAMES[level])[0].endswith("which this machine does not have")


levels = [level for level in NAMES if machine_has(level)]
print("this machine has", ", ".join(levels))
assert levels[0] == "x86_64"

alone = {}
for program in programs:
    first, second = sets_of(program)
    if first == second and first in levels:
        alone[first], again = lines(program)
        assert alone[first] == again and alone[first].startswith(f"{NAMES[first]} "), again
assert list(alone) == levels, alone
assert len(set(alone.values())) == len(levels), alone

for program in programs:
    if set(sets_of(program)) <= set(levels):
        assert lines(program) == [alone[level] for level in sets_of(program)], program

for level in levels:
    assert set(lines(portable, NAMES[level])) == {alone[level]}, level
assert set(lines(portable)) == {alone[levels[-1]]}
expected = 'TWEED_INSTRUCTION_SET is "mmx", tweed::compiled was built for avx512, avx2_fma, sse2'
assert lines(portable, "mmx") == [expected], lines(portable, "mmx")
print("each instruction set has results of its own:", ", ".join(alone.values()))
