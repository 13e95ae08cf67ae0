#!/usr/bin/env python3
"""A named network on images of noise: measures training steps with PyTorch, or
inference with PyTorch, ONNX Runtime or OpenVINO, and prints JSON.

The layout nhwc is PyTorch's channels_last. With --compile the network, and its loss in training, go
through torch.compile. Inference is of the network as it is after `eval()`."""

import json
import resource
import statistics
import sys
import tempfile
import time
import warnings

import common
from measuring import ROOT, Parser, positive

warnings.filterwarnings("ignore")

try:
    import torch
    import torchvision
except ImportError as error:
    common.fail(f"cannot import {error.name}; bench/peers/setup networks installs it")

from torch import nn

sys.path.append(str(ROOT / "tests/interoperability"))
from pytorch_networks import lenet5, unet

TORCHVISION = {
    "vgg16": "vgg16_bn",
    "resnet18": "resnet18",
    "resnet50": "resnet50",
    "mobilenet_v2": "mobilenet_v2",
    "mobilenet_v3_small": "mobilenet_v3_small",
    "efficientnet_b0": "efficientnet_b0",
    "densenet121": "densenet121",
    "squeezenet": "squeezenet1_1",
    "shufflenet_v2": "shufflenet_v2_x1_0",
    "convnext_tiny": "convnext_tiny",
}
NETWORKS = {"lenet5": lenet5, "unet": unet,
            **{name: getattr(torchvision.models, its) for name, its in TORCHVISION.items()}}
IMAGES = {"lenet5": (1, 28, 28), "unet": (3, 128, 128)}  # channels, height, width; else 3x224x224
ENGINES = ("pytorch", "onnxruntime", "openvino")


def read_options():
    parser = Parser(description=__doc__)
    parser.add_argument("--network", choices=NETWORKS, required=True)
    parser.add_argument("--mode", choices=("train", "inference"), default="train", help="[train]")
    parser.add_argument("--engine", choices=ENGINES, default="pytorch",
                        help="of inference [pytorch]")
    parser.add_argument("--batch", type=positive, default=32, help="[32]")
    parser.add_argument("--threads", type=positive, default=1, help="[1]")
    parser.add_argument("--layout", choices=("nchw", "nhwc"), default="nchw", help="[nchw]")
    parser.add_argument("--compile", action="store_true", help="with torch.compile")
    parser.add_argument("--seconds", type=float, default=1.0, help="to measure, at least [1]")
    return parser.parse_args()


def training_step(network, images, options):
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9, fused=True)

    labels = torch.ones(options.batch, dtype=torch.long)
    masks = torch.rand(options.batch, 2, *images.shape[2:])

    def plain_loss():
        if options.network == "unet":
            return nn.functional.binary_cross_entropy_with_logits(network(images), masks)
        return nn.functional.cross_entropy(network(images), labels)

    loss = torch.compile(plain_loss, dynamic=False) if options.compile else plain_loss

    def step():
        optimizer.zero_grad(set_to_none=True)
        found = loss()
        found.backward()
        optimizer.step()
        return found.item()

    return step


def pytorch_inference(network, images, options):
    network = torch.compile(network, dynamic=False) if options.compile else network

    def call():
        with torch.inference_mode():
            return network(images)

    return call


def onnxruntime_inference(network, images, options):
    import onnxruntime
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        torch.onnx.export(network, (images,), file.name, dynamo=False)
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = options.threads
        session = onnxruntime.InferenceSession(file.name, settings)
    inputs = {session.get_inputs()[0].name: images.numpy()}
    return lambda: session.run(None, inputs)


def openvino_inference(network, images, options):
    import openvino
    settings = {"INFERENCE_NUM_THREADS": options.threads, "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": "f32"}
    model = openvino.convert_model(network, example_input=images)
    compiled = openvino.compile_model(model, "CPU", settings)
    pixels = images.numpy()
    return lambda: compiled(pixels)


def inference(network, images, options):
    network.eval()
    if options.engine == "onnxruntime":
        return onnxruntime_inference(network, images, options)
    if options.engine == "openvino":
        return openvino_inference(network, images, options)
    return pytorch_inference(network, images, options)


def milliseconds(call, least_seconds):
    """Of each call, after one that finds its memory and, if it does, compiles."""
    call()
    times = []
    while sum(times) < least_seconds:
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return [1000 * seconds for seconds in times]


def measure(options):
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    network = NETWORKS[options.network]()
    images = torch.rand(options.batch, *IMAGES.get(options.network, (3, 224, 224)))
    if options.layout == "nhwc":
        network = network.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    make = training_step if options.mode == "train" else inference
    times = milliseconds(make(network, images, options), options.seconds)
    return {"version": torch.__version__, "ms_median": statistics.median(times),
            "ms_min": min(times),
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)}


if __name__ == "__main__":
    chosen = read_options()
    try:
        print(json.dumps(measure(chosen)), flush=True)
    except Exception as error:  # whatever a framework throws, it becomes one line
        common.fail(str(error) or type(error).__name__)
