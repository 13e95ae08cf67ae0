#!/usr/bin/env python3
"""installation.py WAY REPOSITORY COMPILER [LIBRARY...]: does what docs/installation.md says for one way, in an
empty folder with the tutorial's programs and a home of its own, and looks whether it trains. COMPILER is
the `g++` of the document.

A clone of the repository's files as they stand is what is installed. Training is cut short: what the
network reaches is the business of other tests. So is what the kernels compute: with LIBRARY, which is
tweed::compiled and what it needs, each way spares itself the minute of compiling them. And the compiler
optimises less than it is asked to."""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"<!-- (installation|snippet): ([\w. ]+?) -->\n```\w*\n(.*?)```", re.DOTALL)


def blocks(document, kind):
    """The words of the comment above a block, and the block."""
    for found, words, text in BLOCK.findall(document.read_text()):
        if found == kind:
            yield words.split(), text


def commit_all(source, clone):
    """A repository with the files of the working copy, committed or not."""
    listed = ["git", "-C", source, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, check=True, capture_output=True).stdout.split(b"\0")
    root = os.fsencode(source)
    existing = [name for name in names if name and os.path.isfile(os.path.join(root, name))]
    clone.mkdir()
    archive = ["tar", "-C", source, "--null", "-T", "-", "-c"]
    with subprocess.Popen(archive, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tar:
        unpack = subprocess.Popen(["tar", "-C", clone, "-x"], stdin=tar.stdout)
        tar.stdin.write(b"\0".join(existing))
        tar.stdin.close()
        assert unpack.wait() == 0
    git = ["git", "-C", clone, "-c", "user.name=test", "-c", "user.email=test@localhost"]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "All"], check=True)


# Kernels that are compiled here must not be slow.
COMPILE = """#!/usr/bin/env bash
exec {compiler} "$@" -O1
"""

# Eigen, which the kernels include, must be found all the same.
COMPILE_WITHOUT_KERNELS = """#!/usr/bin/env bash
case "$*" in
  *train.cpp*|*classify.cpp*) eigen=(-include Eigen/Core) ;;
esac
case " $* " in
  *" -c "*) ;;
  *) libraries=({libraries}) ;;
esac
exec {compiler} -DTWEED_COMPILED "${{eigen[@]}}" "$@" -O0 "${{libraries[@]}}"
"""


def write_compiler(path, compiler, libraries):
    text = COMPILE_WITHOUT_KERNELS if libraries else COMPILE
    path.write_text(text.format(compiler=shlex.quote(compiler), libraries=shlex.join(libraries)))
    path.chmod(0o755)


def main():
    way, repository, compiler = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    libraries = [argument for argument in sys.argv[4:] if argument]
    documents = repository / "docs"
    with tempfile.TemporaryDirectory(prefix="tweed-installation-") as work:
        work = pathlib.Path(work)
        commit_all(repository, work / "repository")
        folder = work / "clothes"
        folder.mkdir()
        (work / "home").mkdir()
        (work / "bin").mkdir()
        write_compiler(work / "bin" / "g++", compiler, libraries)
        for words, text in blocks(documents / "tutorial.md", "snippet"):
            if words[0] == "file" and words[1] != "CMakeLists.txt":
                text = re.sub(r"\.epochs = \d+", ".steps = 20", text)
                (folder / words[1]).write_text(text)
        script = None
        for words, text in blocks(documents / "installation.md", "installation"):
            if words == [way, "run"]:
                script = text
            elif words[0] == way:
                (folder / words[1]).write_text(text)
        assert script, f"docs/installation.md has nothing to run for {way}"
        path = f"{work / 'bin'}:{os.environ.get('PATH', os.defpath)}"
        environment = {**os.environ, "TWEED": str(work / "repository"), "HOME": str(work / "home"),
                       "PATH": path, "CXX": "g++"}
        subprocess.run(["bash", "-euxc", script], cwd=folder, env=environment, check=True)
        assert (folder / "clothes.safetensors").is_file(), "no model was written"
        classify = next(folder.glob("classify"), folder / "build" / "classify")
        subprocess.run([classify], cwd=folder, check=True)


if __name__ == "__main__":
    main()
