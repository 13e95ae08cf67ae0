#!/usr/bin/env python3
"""single_header.py COMPILER REPOSITORY EIGEN LIBRARIES...: builds and runs the examples with what
scripts/single_header writes, and nothing else of tweed on the path."""

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
        examples = repository / "examples"
        sources = [*examples.glob("*.cpp"), *examples.glob("fashion_mnist/*.[ch]pp")]
        for source in sources:
            target = folder / source.relative_to(examples)
            target.parent.mkdir(exist_ok=True)
            target.write_text(rewritten(source.read_text(), tree, script))
        options = ["-std=c++20", "-O1", "-DNDEBUG", f"-I{folder}", "-isystem", eigen]
        build = [compiler, *options, '-DFASHION_MNIST_FOLDER=""', "-o", "program"]
        programs = [([path], []) for path in sorted(folder.glob("custom_*.cpp"))]
        programs.append((sorted(folder.glob("fashion_mnist/*.cpp")), ["--version"]))
        for paths, arguments in programs:
            print(f"{paths[0].relative_to(folder)}: {len(paths)} sources", flush=True)
            subprocess.run([*build, *paths, *libraries], cwd=folder, check=True)
            subprocess.run(["./program", *arguments], cwd=folder, check=True)


if __name__ == "__main__":
    main()
