#!/usr/bin/env python3
"""Writes the C++ of Markdown files to files that can be compiled.

    extract_snippets.py OUTPUT DOCUMENT...

The blocks of a document go to the folder OUTPUT/NAME. A ```cpp block with main() is a program. What
else to do with a block stands in a comment above it:

    <!-- snippet: body -->           statements: put a main() around them
    <!-- snippet: declarations -->   put an empty main() behind them
    <!-- snippet: file NAME -->      a file for others to include, or a program; any language
    <!-- snippet: compile -->        do not run it; also behind one of the others

A ```cpp block that is none of these is an error: it would go untested. So is a document without C++ that
is compiled.

Prints a line for each program, `run PATH` or `compile PATH`, and `project FOLDER` for a document
that brings a CMakeLists.txt of its own."""

import pathlib
import re
import sys
from dataclasses import dataclass, field

MARK = re.compile(r"<!-- snippet: (.*) -->")
FENCE = re.compile(r"```(\w*)")
MAIN = re.compile(r"^int main\(", re.MULTILINE)


@dataclass
class Block:
    document: pathlib.Path
    line: int  # of the first line of code, from 1
    language: str
    mark: list  # the words of the comment above it
    code: list = field(default_factory=list)

    def fail(self, reason):
        sys.exit(f"{self.document}:{self.line}: {reason}")


def blocks_of(document):
    """The fenced blocks of a document."""
    block, mark = None, []
    for number, line in enumerate(document.read_text().splitlines(), start=1):
        if block and line.startswith("```"):
            yield block
            block = None
        elif block:
            block.code.append(line)
        elif fence := FENCE.match(line):
            block, mark = Block(document, number + 1, fence[1], mark), []
        elif line:
            found = MARK.fullmatch(line)
            mark = found[1].split() if found else []
    if block:
        block.fail("the block does not end")


def program_of(block, kind):
    """The lines of a program; the compiler is told to count them as the document does."""
    position = f'#line {block.line} "{block.document}"'
    if kind == "program":
        return [position, *block.code]
    is_include = [line.startswith("#include") for line in block.code]
    includes = [line for line, include in zip(block.code, is_include) if include]
    code = ["" if include else line for line, include in zip(block.code, is_include)]
    head = [*includes, "#include <tweed/tweed.hpp>", "using namespace tweed;"]
    if kind == "declarations":
        return [*head, position, *code, "int main() {}"]
    return [*head, "int main() {", position, *code, "}"]


def write(path, lines):
    """Leaves a file alone that has these lines, so that it is not compiled again."""
    text = "\n".join(lines) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def extract(block, folder, number):
    """Writes one block. Returns the line to print, or None."""
    kind, *rest = [word for word in block.mark if word != "compile"] or ["program"]
    action = "compile" if "compile" in block.mark else "run"
    has_main = MAIN.search("\n".join(block.code))
    if kind == "file" and len(rest) == 1:
        path = folder / rest[0]
        write(path, block.code)
        if path.name == "CMakeLists.txt":
            return f"project {folder}"
        return f"{action} {path}" if has_main else None
    if block.language != "cpp" and not block.mark:
        return None
    if kind not in ("program", "body", "declarations") or rest:
        block.fail(f"unknown mark: {' '.join(block.mark)}")
    if kind == "program" and not has_main:
        block.fail("C++ without main() needs a mark that says what it is: body, declarations, file")
    path = folder / f"{folder.name}_{number}.cpp"
    write(path, program_of(block, kind))
    return f"{action} {path}"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    output, *documents = [pathlib.Path(argument) for argument in sys.argv[1:]]
    names = [document.stem.lower() for document in documents]
    for document, name in zip(documents, names):
        if names.count(name) > 1:
            sys.exit(f"{document}: another document has the same name")
        blocks = enumerate(blocks_of(document), start=1)
        lines = [extract(block, output / name, number) for number, block in blocks]
        if not any(lines):
            sys.exit(f"{document}: it has no example, no C++ that is compiled")
        print("\n".join(line for line in lines if line))


if __name__ == "__main__":
    main()
