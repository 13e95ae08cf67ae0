#!/usr/bin/env python3
"""Takes weights from PyTorch or Keras into a tweed model file, and out again.

    tweed_weights.py from-pytorch STATE LIKE OUT [--names a,b,... | --network resnet18]
    tweed_weights.py to-pytorch MODEL OUT [--names a,b,... | --network resnet18]
    tweed_weights.py from-keras MODEL.keras LIKE OUT

LIKE is a tweed model file of the same network, trained or not: it says what the layers are. STATE is
a state_dict, saved by torch.save or as safetensors; its entries are `<name>.weight`, `<name>.bias` and
so on of the layers with weights, in the order of the names given, or else of the numbers that
torch.nn.Sequential gives, or as in torchvision's model of that name. It may also be a whole
torch.nn.Sequential. Whatever tweed's layers do not do is refused by name. Needs numpy, and for .pt or
.keras files torch or keras.

As a module: read, write, from_pytorch, to_pytorch, from_keras, to_keras, and TORCHVISION, the names of
networks. from_pytorch takes modules, from_keras models, and both compare the outputs with those of the
network of LIKE. What is wrong is a ValueError of one line.
"""

import argparse
import contextlib
import os
import sys


def complain(message, status=1):
    """One line on stderr, whatever stands in the message."""
    print("tweed_weights.py:", " ".join(message.split()), file=sys.stderr)
    sys.exit(status)


def complain_of_missing(name):
    if name == "interoperability":
        complain("the folder interoperability must lie beside this script")
    complain(f"{name} is missing, pip install {name} brings it")


try:
    from interoperability.keras_models import from_keras, read_model, to_keras
    from interoperability.model import Model, read, read_network, weight_layers, write
    from interoperability.pytorch import from_pytorch, names_in, read_state, to_pytorch, write_state
    from interoperability.torchvision_names import NETWORKS as TORCHVISION
except ImportError as error:
    if __name__ != "__main__":
        raise
    complain_of_missing(error.name)


class Parser(argparse.ArgumentParser):
    def error(self, message):
        complain(f"{message}; see --help", 2)


def parse_arguments():
    parser = Parser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command, paths in (
        ("from-pytorch", ("state", "like", "out")),
        ("to-pytorch", ("model", "out")),
        ("from-keras", ("model", "like", "out")),
    ):
        sub = commands.add_parser(command)
        for path in paths:
            sub.add_argument(path)
        if "pytorch" in command:
            which = sub.add_mutually_exclusive_group()
            which.add_argument("--names", type=lambda text: text.split(","))
            networks = f"of torchvision: {', '.join(TORCHVISION)}"
            which.add_argument("--network", choices=TORCHVISION, metavar="NETWORK", help=networks)
    return parser.parse_args()


def about(path, convert, *arguments):
    try:
        return convert(*arguments)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def run(arguments):
    if arguments.command == "to-pytorch":
        model = read_network(arguments.model)
        state = about(arguments.model, to_pytorch, model, arguments.names, arguments.network)
        write_state(arguments.out, state)
        return
    like = read_network(arguments.like)
    if arguments.command == "from-pytorch":
        state = read_state(arguments.state)
        how = arguments.names, arguments.network
        model = about(arguments.state, from_pytorch, state, like, *how)
    else:
        model = about(arguments.model, from_keras, read_model(arguments.model), like)
    write(arguments.out, model)


@contextlib.contextmanager
def silence():
    """Nothing comes out of stderr: frameworks talk there of what is none of the user's business."""
    stderr = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(stderr, 2)
        os.close(stderr)


def main():
    arguments = parse_arguments()
    try:
        with silence():
            run(arguments)
    except ImportError as error:
        complain_of_missing(error.name)
    except (ValueError, OSError, MemoryError) as error:
        complain(str(error) or "not enough memory")


if __name__ == "__main__":
    main()
