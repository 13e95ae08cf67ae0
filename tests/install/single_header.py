#!/usr/bin/env python3
"""single_header.py COMPILER REPOSITORY EIGEN LIBRARIES...: builds and runs examples with what
scripts/single_header writes, and nothing else of tweed on the path. All parts can be included in any
order, and in several sources of a program."""

import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import tempfile


def load(path):
    """The script as a module."""
    loader = importlib.machinery.SourceFileLoader("single_header", str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("single_header", loader))
    loader.exec_module(module)
    return module


def rewritten(text, tree, script):
    """A source whose includes of tweed are those of its parts."""
    lines = []
    for line in text.splitlines():
        own = script.INCLUDED.match(line)
        if own and own[1] in tree.text:
            line = f'#include "{tree.part_of(own[1])}"'
        lines.append(line)
    return "\n".join(lines) + "\n"


def main():
    compiler, repository, eigen, *libraries = sys.argv[1:]
    repository = pathlib.Path(repository)
    script_path = repository / "scripts" / "single_header"
    script = load(script_path)
    tree = script.Tree()
    with tempfile.TemporaryDirectory(prefix="tweed-single-header-") as folder:
        folder = pathlib.Path(folder)
        subprocess.run([sys.executable, script_path, folder], check=True)
        programs = []
        for example in sorted((repository / "examples").glob("custom_*.cpp")):
            source = folder / example.name
            source.write_text(rewritten(example.read_text(), tree, script))
            programs.append([source])
        parts = sorted(part.name for part in folder.glob("*.hpp"))
        programs.append([folder / "forwards.cpp", folder / "backwards.cpp"])
        for source, order in zip(programs[-1], [parts, parts[::-1]]):
            source.write_text("".join(f'#include "{part}"\n' for part in order))
        with open(folder / "forwards.cpp", "a") as source:
            source.write("int main() {}\n")
        # As strict as projects are that include it so, and without RTTI, which tweed does not need.
        options = ["-std=c++20", "-O1", "-DNDEBUG", f"-I{folder}", "-isystem", eigen, "-fno-rtti",
                   "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"]
        if "Free Software Foundation" in subprocess.check_output([compiler, "--version"], text=True):
            options.append("-Wuseless-cast")
        for sources in programs:
            print(*(source.name for source in sources), flush=True)
            subprocess.run(
                [compiler, *options, "-o", "program", *sources, *libraries], cwd=folder, check=True
            )
            subprocess.run(["./program"], cwd=folder, check=True)


if __name__ == "__main__":
    main()
