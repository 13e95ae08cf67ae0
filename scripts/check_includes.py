#!/usr/bin/env python3
"""Checks the includes in include/tweed: folders use each other in one direction, libraries and
intrinsics stay in the files meant for them, <tweed/tweed.hpp> needs no optional library, and what the
compiler must be told is looked at before anything else is read."""

import pathlib
import re
import sys

INCLUDE = pathlib.Path(__file__).resolve().parent.parent / "include"

# The folders of tweed that each folder may include, besides itself.
ALLOWED = {
    "core": [],
    "graph": ["core"],
    "kernels": ["core"],
    "layers": ["core", "graph", "kernels"],
    "losses": ["core", "kernels", "layers"],
    "optim": ["core", "kernels", "layers"],
    "data": ["core"],
    "augment": ["core", "kernels"],
    "metrics": ["core"],
    "model": ["core", "graph", "kernels", "layers", "data", "augment"],
    "networks": ["core", "graph", "layers", "model"],
    "training": ["core", "graph", "kernels", "layers", "losses", "metrics", "optim", "data", "augment",
                 "model"],
    "io": ["core", "data", "graph", "layers", "model", "training"],
    "reporting": ["augment", "core", "data", "losses", "metrics", "model", "training", "io"],
    "testing": ["core", "graph", "kernels", "layers", "losses", "model"],
}

# Where the headers of a library may be included, and words used: the paths that begin so.
LIBRARIES = {
    r"Eigen/": ["kernels/"],
    r"omp\.h": ["core/parallel.hpp", "core/team.hpp", "core/waitable_counter.hpp"],
    r"pthread\.h": ["core/fork.hpp", "core/team.hpp", "core/waitable_counter.hpp"],
    r"zlib\.h": ["data/", "io/checksum.hpp"],
    r"nlohmann/": ["io/", "reporting/run_metrics_json.hpp"],
    r"protozero/": ["io/onnx_graph.hpp", "reporting/event_file.hpp"],
    r"stb/": ["reporting/drawing.hpp"],
    r"png\.h": ["data/png.hpp"],
    r"jpeglib\.h|jerror\.h": ["data/jpeg.hpp"],
}
INTRINSICS = re.compile(r"\b_mm\d*_\w+|\b\w*intrin\.h|\barm_(neon|sve)\.h")
# Vector registers in the first; the second knows the control word of the processor.
INTRINSICS_ALLOWED = ("kernels/simd/", "core/flush_denormals.hpp")

# What whoever includes <tweed/tweed.hpp> need not have installed.
OPTIONAL = re.compile(r"zlib\.h|nlohmann/|protozero/|png\.h|jpeglib\.h|stb/")

# Begins whatever header is included.
FIRST = "tweed/core/requirements.hpp"

DIRECTIVE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def folder_of(path):
    """'kernels' of 'kernels/conv/direct.hpp', '' of 'tweed.hpp'."""
    return path.partition("/")[0] if "/" in path else ""


def check_file(path, text, includes):
    """Yields what is wrong with one header; `path` is relative to include/tweed."""
    if "#pragma once" not in text:
        yield "has no #pragma once"
    if INTRINSICS.search(text) and not path.startswith(INTRINSICS_ALLOWED):
        yield f"uses intrinsics, which belong in {INTRINSICS_ALLOWED[0]}"
    folder = folder_of(path)
    if folder and folder not in ALLOWED:
        yield f"is in the folder {folder}, which is not in the table of scripts/check_includes.py"
    for name in includes:
        used = folder_of(name.removeprefix("tweed/"))
        if name.startswith("tweed/") and folder in ALLOWED:
            if used != folder and used not in ALLOWED[folder]:
                yield f"includes <{name}>, but {folder} may include only: {ALLOWED[folder]}"
        for library, places in LIBRARIES.items():
            if re.match(library, name) and not path.startswith(tuple(places)):
                yield f"includes <{name}>, which is allowed only in: {places}"


def find_cycle(graph, node, trail, done):
    """A list of headers that include each other in a circle, reachable from `node`, or None."""
    if node in trail:
        return [*trail[trail.index(node):], node]
    if node in done or node not in graph:
        return None
    for included in graph[node]:
        if cycle := find_cycle(graph, included, [*trail, node], done):
            return cycle
    done.add(node)
    return None


def begins_with_first(graph, node):
    """Whether FIRST is read before anything else where `node`, which is in no circle, is included."""
    while node != FIRST and graph.get(node):
        node = graph[node][0]
    return node == FIRST


def reachable(graph, node):
    """Everything that `node` includes, itself or through others."""
    found, unread = set(), [node]
    while unread:
        for name in graph.get(unread.pop(), []):
            if name not in found:
                found.add(name)
                unread.append(name)
    return found


def main():
    texts = {str(p.relative_to(INCLUDE)): p.read_text() for p in INCLUDE.glob("tweed/**/*.hpp")}
    graph = {name: DIRECTIVE.findall(text) for name, text in texts.items()}

    problems = []
    done = set()
    for name in sorted(texts):
        path = name.removeprefix("tweed/")
        problems += [f"{name}: {p}" for p in check_file(path, texts[name], graph[name])]
        if cycle := find_cycle(graph, name, [], done):
            problems.append(f"{name}: includes itself: {' -> '.join(cycle)}")
        elif not begins_with_first(graph, name):
            problems.append(f"{name}: does not begin with <{FIRST}> or a header that does")
    for name in sorted(reachable(graph, "tweed/tweed.hpp")):
        if OPTIONAL.match(name):
            problems.append(f"tweed/tweed.hpp: reaches <{name}>, which is optional")

    print("\n".join(problems))
    print(f"{len(texts)} headers, {len(problems)} problems")
    return 1 if problems or not texts else 0


if __name__ == "__main__":
    sys.exit(main())
