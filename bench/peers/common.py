"""What the Python peers share: the command line, Fashion-MNIST, timing, and the line of JSON.

A peer imports this before its framework, so that start-up time counts the framework too, and calls
`main` with a class that has

    name, version                   of the framework
    __init__(options)               sets the threads and the seed, builds the network
    train_step(images, labels)      one step on bytes [n,28,28] and labels [n]; returns the loss
    predict(images)                 the class of each image, of bytes [n,28,28]
    inference(batch)                a function that runs the network once, on `batch` images
"""

import time

STARTED = time.perf_counter()

import gzip
import json
import math
import pathlib
import resource
import statistics
import sys

import numpy

from measuring import Parser, positive

BATCH = 100
LEARNING_RATE = 0.001
TEST_BATCH = 500
INFERENCE_BATCHES = (1, 32, 500)

# Steps that median and minimum leave out: they find buffers, thread pools and plans not yet there.
WARM_UP_STEPS = 5

# Inference is timed in a few runs of at least so many seconds, as Google Benchmark does for tweed.
INFERENCE_WARM_UP = 3
INFERENCE_RUNS = 5
INFERENCE_RUN_SECONDS = 0.2


def list_of_steps(text):
    return [positive(part) for part in text.split(",")]


def read_options(description, layouts):
    parser = Parser(description=description)
    parser.add_argument("--mode", choices=("train", "inference", "accuracy"),
                        default="train",
                        help="what to measure [train]")
    parser.add_argument("--threads", type=positive, default=1, help="[1]")
    parser.add_argument("--steps", type=positive, default=1500, help="batches of 100 [1500]")
    parser.add_argument("--checkpoints", type=list_of_steps, default=[100, 1500], metavar="N,...",
                        help="steps after which the mode `accuracy` tests [100,1500]")
    parser.add_argument("--seed", type=int, default=0, help="[0]")
    parser.add_argument("--data", type=pathlib.Path, metavar="DIR",
                        default=pathlib.Path("/usr/share/datasets/fashion-mnist"),
                        help="folder of the four files of Fashion-MNIST [%(default)s]")
    parser.add_argument("--layout", choices=layouts, default=layouts[0], help=f"[{layouts[0]}]")
    parser.add_argument("--compile", action="store_true", help="with the framework's compiler")
    parser.add_argument("--no-test", action="store_true", help="leave out the test accuracy")
    return parser.parse_args()


def read_idx(folder, name):
    """The bytes of an IDX file, plain or .gz, as an array of its shape."""
    path = folder / name
    if not path.exists():
        path = folder / f"{name}.gz"
    if not path.exists():
        raise FileNotFoundError(f"{folder}: found no {name} and no {name}.gz; "
                                "apt-get install dataset-fashion-mnist, or name it with --data")
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
        content = file.read()
    if content[:3] != b"\0\0\x08":
        raise ValueError(f"{path}: expected an IDX file of bytes")
    dimensions = content[3]
    header = 4 + 4 * dimensions
    shape = numpy.frombuffer(content, ">i4", dimensions, 4)
    return numpy.frombuffer(content, numpy.uint8, offset=header).reshape(shape)


def read_images_and_labels(folder, part):
    images = read_idx(folder, f"{part}-images-idx3-ubyte")
    return images, read_idx(folder, f"{part}-labels-idx1-ubyte").astype(numpy.int64)


def batches_without_end(count, seed):
    """Indices of batch after batch, shuffled anew each epoch."""
    random = numpy.random.default_rng(seed)
    while True:
        order = random.permutation(count)
        for begin in range(0, count - BATCH + 1, BATCH):
            yield order[begin:begin + BATCH]


def nothing(seconds):
    pass


def step_seconds(peer, images, labels, options, after_step=nothing):
    """Trains; returns what each step took, with what it takes to put its batch together. Calls
    `after_step` with the seconds of all steps so far; what that takes counts for nothing."""
    batches = batches_without_end(len(labels), options.seed)
    seconds = []
    for step in range(options.steps):
        begin = time.perf_counter()
        batch = next(batches)
        loss = peer.train_step(images[batch], labels[batch])
        if not math.isfinite(loss):
            raise ArithmeticError(f"the loss is {loss} at step {step + 1}")
        seconds.append(time.perf_counter() - begin)
        after_step(seconds)
    return seconds


def test_accuracy(peer, images, labels):
    right = 0
    for begin in range(0, len(labels), TEST_BATCH):
        classes = peer.predict(images[begin:begin + TEST_BATCH])
        right += int((classes == labels[begin:begin + TEST_BATCH]).sum())
    return right / len(labels)


def measure_training(peer, options):
    images, labels = read_images_and_labels(options.data, "train")
    startup = time.perf_counter() - STARTED
    seconds = step_seconds(peer, images, labels, options)
    steady = seconds[min(WARM_UP_STEPS, len(seconds) // 2):]
    accuracy = None
    if not options.no_test:
        accuracy = test_accuracy(peer, *read_images_and_labels(options.data, "t10k"))
    return {
        "steps": options.steps,
        "ms_per_step_median": round(1000 * statistics.median(steady), 3),
        "ms_per_step_min": round(1000 * min(steady), 3),
        "train_seconds": round(sum(seconds), 3),
        "test_accuracy": accuracy,
        "startup_seconds": round(startup, 3),
        "first_step_seconds": round(seconds[0], 3),
    }


def measure_accuracy(peer, options):
    images, labels = read_images_and_labels(options.data, "train")
    test = read_images_and_labels(options.data, "t10k")
    checkpoints = []

    def after_step(seconds):
        if len(seconds) in options.checkpoints:
            checkpoints.append({"steps": len(seconds), "train_seconds": round(sum(seconds), 3),
                                "test_accuracy": test_accuracy(peer, *test)})

    step_seconds(peer, images, labels, options, after_step)
    return {"checkpoints": checkpoints}


def calls_per_second(call):
    begin = time.perf_counter()
    calls = 0
    while True:
        call()
        calls += 1
        seconds = time.perf_counter() - begin
        if seconds >= INFERENCE_RUN_SECONDS:
            return calls / seconds


def images_per_second(call, batch):
    for _ in range(INFERENCE_WARM_UP):
        call()
    rates = [calls_per_second(call) for _ in range(INFERENCE_RUNS)]
    return round(batch * statistics.median(rates), 1)


def measure_inference(peer):
    startup = time.perf_counter() - STARTED
    rates = {str(batch): images_per_second(peer.inference(batch), batch)
             for batch in INFERENCE_BATCHES}
    return {"images_per_second": rates, "startup_seconds": round(startup, 3)}


def peak_memory_mb():
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def measure(make_peer, options):
    peer = make_peer(options)
    result = {
        "name": peer.name,
        "version": peer.version,
        "layout": options.layout,
        "compiled": options.compile,
        "threads": options.threads,
        "seed": options.seed,
        "mode": options.mode,
    }
    if options.mode == "train":
        measured = measure_training(peer, options)
    elif options.mode == "accuracy":
        measured = measure_accuracy(peer, options)
    else:
        measured = measure_inference(peer)
    return {**result, **measured, "peak_memory_mb": peak_memory_mb()}


def fail(message):
    lines = str(message).strip().splitlines() or ["failed"]
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {lines[0]}")


def main(make_peer, options):
    try:
        print(json.dumps(measure(make_peer, options)), flush=True)
    except Exception as error:  # whatever a framework throws, it becomes one line
        fail(str(error) or type(error).__name__)
