#!/usr/bin/env python3
"""onnx_runtime.py TOOL: what tweed exports passes onnx's checker, and ONNX Runtime computes the same
from it: small networks of all layers, and the reference network on the 10,000 test images."""

import sys

import common

np, onnx, runtime = common.require("numpy", "onnx", "onnxruntime")
import tweed_weights


def session(path):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    return runtime.InferenceSession(path, providers=["CPUExecutionProvider"])


def run(network, samples, batch):
    parts = range(0, len(samples), batch)
    return np.concatenate(
        [network.run(["output"], {"input": samples[i : i + batch]})[0] for i in parts]
    )


def check_examples(tool):
    tool("examples", tool.folder)
    paths = sorted(tool.folder.glob("*.onnx"))
    assert len(paths) >= 7, paths
    for path in paths:
        sample = tweed_weights.read(path.with_suffix(".safetensors")).tensors
        ours = sample["sample.output"]
        network = session(path)
        for batch in (1, 3):
            theirs = run(network, np.repeat(sample["sample.input"], batch, axis=0), batch)
            assert theirs.shape == (batch, *ours.shape[1:]), (path, theirs.shape)
            difference = np.abs(theirs - ours).max()
            assert difference <= common.TOLERANCE, f"{path.name}: {difference}"
        print(f"{path.name}: checked, outputs differ by {difference:.2e} at most")


def check_reference(tool):
    model = tool.folder / "reference.safetensors"
    exported = tool.folder / "reference.onnx"
    tool("train", model, 100)
    ours = tool.logits(model)
    tool("onnx", model, exported)
    theirs = run(session(exported), common.images("t10k"), 500)
    common.compare("ONNX Runtime", ours, theirs)
    tool("onnx", model, exported, "softmax")
    chances = run(session(exported), common.images("t10k"), 10000)
    difference = np.abs(chances - common.softmax(ours)).max()
    assert difference <= common.TOLERANCE, f"softmax: {difference}"


tool = common.Tool(sys.argv[1])
common.images("t10k")
check_examples(tool)
check_reference(tool)
