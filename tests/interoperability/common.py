"""What the scripts here share: packages that may be missing, test images, tweed's own outputs."""

import gzip
import importlib
import os
import pathlib
import subprocess
import sys
import tempfile

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))

TOLERANCE = 1e-5
SKIPPED = 77  # an exit code that CTest knows
FOLDERS = (os.environ.get("FASHION_MNIST_DIR", ""), "/usr/share/datasets/fashion-mnist")


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def require(*names):
    """Imports packages and prints their versions; skips the test where one is missing."""
    modules = []
    for name in names:
        try:
            modules.append(importlib.import_module(name))
        except ImportError as error:
            skip(f"{name}: {error}")
        print(f"{name} {getattr(modules[-1], '__version__', '')}")
    return modules


def read_idx(name):
    for folder in FOLDERS:
        for path in (pathlib.Path(folder) / f"{name}.gz", pathlib.Path(folder) / name):
            if path.is_file():
                opened = gzip.open(path) if path.suffix == ".gz" else path.open("rb")
                with opened as file:
                    return file.read()
    skip(f"{name} is in none of {FOLDERS}")


def images(part):
    """[n,28,28,1], as tweed scales them."""
    import numpy as np

    pixels = np.frombuffer(read_idx(f"{part}-images-idx3-ubyte")[16:], np.uint8)
    return pixels.reshape(-1, 28, 28, 1).astype(np.float32) * np.float32(1 / 255)


def labels(part):
    import numpy as np

    return np.frombuffer(read_idx(f"{part}-labels-idx1-ubyte")[8:], np.uint8).astype(np.int64)


class Tool:
    """The program of tool.cpp, and a folder for its files."""

    def __init__(self, path):
        self.path = path
        self.holder = tempfile.TemporaryDirectory(prefix="tweed-interoperability-")
        self.folder = pathlib.Path(self.holder.name)

    def __call__(self, *arguments):
        subprocess.run([self.path, *map(str, arguments)], check=True)

    def loads(self, model):
        """Whether tweed takes the file, which it does not where the sample in it is not met."""
        command = [self.path, "load", model]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def logits(self, model):
        """tweed's outputs for the test images [n,10]."""
        import numpy as np

        path = self.folder / "logits.f32"
        self("logits", model, path)
        return np.fromfile(path, np.float32).reshape(-1, 10)


def convert(*arguments):
    """Runs tweed_weights.py, which must work without a word."""
    done = run_script(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), (arguments, done)


def refuses(text, *arguments, status=1):
    """tweed_weights.py must end so, with one line on stderr that has `text`, and leave no file
    where it runs."""
    before = set(os.listdir())
    done = run_script(*arguments)
    assert done.returncode == status, (arguments, done)
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr, (arguments, done)
    assert text in done.stderr, (text, done.stderr)
    assert set(os.listdir()) == before, (arguments, set(os.listdir()) - before)


def run_script(*arguments):
    command = [sys.executable, SCRIPTS / "tweed_weights.py", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def raises(text, function, *arguments):
    """The function must refuse with one line that has `text`."""
    try:
        function(*arguments)
    except ValueError as error:
        assert text in str(error) and "\n" not in str(error), (text, str(error))
    else:
        raise AssertionError(f"nothing was refused, expected: {text}")


def softmax(logits):
    import numpy as np

    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def compare(what, ours, theirs):
    """Outputs [n,10] within the tolerance, those of large logits relative to the largest."""
    import numpy as np

    assert ours.shape == theirs.shape, f"{what}: shapes {ours.shape} and {theirs.shape}"
    size = np.maximum(1.0, np.abs(ours).max(axis=1, keepdims=True))
    logits = np.abs(ours - theirs)
    chances = np.abs(softmax(ours) - softmax(theirs)).max()
    print(
        f"{what}: {len(ours)} images, outputs differ by {logits.max():.2e} at most "
        f"({(logits / size).max():.2e} of the largest), probabilities by {chances:.2e}"
    )
    assert (logits / size).max() <= TOLERANCE and chances <= TOLERANCE, f"{what}: too different"
