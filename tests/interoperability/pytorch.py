#!/usr/bin/env python3
"""pytorch.py TOOL: weights trained in PyTorch give the same predictions in tweed on the 10,000 test
images, and the other way round; small networks of all layers, too."""

import sys

import common

np, torch, _ = common.require("numpy", "torch", "safetensors")
import tweed_weights
from torch import nn


def reference():
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
        *(nn.Conv2d(64, 128, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
        *(nn.Flatten(), nn.Linear(1152, 1024), nn.ReLU(), nn.Dropout(0.4), nn.Linear(1024, 10)),
    )


def as_batch(pixels):
    """NHWC to NCHW."""
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)))


def logits(network, pixels):
    network.eval()
    with torch.no_grad():
        parts = [network(as_batch(pixels[i : i + 500])) for i in range(0, len(pixels), 500)]
    return torch.cat(parts).numpy()


def train(network, steps):
    pixels, labels = common.images("train"), common.labels("train")
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    network.train()
    for step in range(steps):
        batch = slice(100 * step, 100 * (step + 1))
        loss = nn.functional.cross_entropy(
            network(as_batch(pixels[batch])), torch.from_numpy(labels[batch])
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def load(network, model):
    state = tweed_weights.to_pytorch(model, tweed_weights.names_in(network.state_dict()))
    network.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})


def check_reference(tool, steps=60):
    torch.manual_seed(1)
    ours = tool.folder / "tweed.safetensors"
    tool("train", ours, steps)
    test = common.images("t10k")

    network = reference()
    train(network, steps)
    state = {name: value.numpy() for name, value in network.state_dict().items()}
    converted = tweed_weights.from_pytorch(state, tweed_weights.read(ours))
    path = tool.folder / "from_pytorch.safetensors"
    tweed_weights.write(path, converted, (test[:1], logits(network, test[:1])))
    theirs = logits(network, test)
    accuracy = (theirs.argmax(axis=1) == common.labels("t10k")).mean()
    print(f"accuracy after {steps} steps in PyTorch: {accuracy:.4f}")
    assert accuracy > 0.5
    common.compare("PyTorch to tweed", tool.logits(path), theirs)

    load(network, tweed_weights.read(ours))
    common.compare("tweed to PyTorch", tool.logits(ours), logits(network, test))


def check_examples(tool):
    """The networks of tool.cpp whose padding PyTorch has too."""
    tool("examples", tool.folder)
    networks = {
        "vectors": nn.Sequential(nn.Linear(7, 5), nn.ReLU(), nn.Linear(5, 3)),
        "to_one_pixel": nn.Sequential(nn.Conv2d(1, 3, (4, 6)), nn.Flatten()),
        "groups": nn.Sequential(
            nn.ZeroPad2d((0, 1, 1, 1)),
            nn.Conv2d(6, 12, 3, stride=2, groups=6),
            nn.Conv2d(12, 8, 3, groups=4, dilation=(2, 1), padding="same"),
            nn.ReLU(),
            nn.Conv2d(8, 5, 2),
        ),
        "valid_pools": nn.Sequential(
            nn.Conv2d(2, 4, 3), nn.MaxPool2d((2, 1)), nn.Flatten(), nn.ReLU(), nn.Linear(128, 6)
        ),
    }
    for name, network in networks.items():
        model = tweed_weights.read(tool.folder / f"{name}.safetensors")
        load(network, model)
        network.eval()
        x, y = model.tensors["sample.input"], model.tensors["sample.output"]
        with torch.no_grad():
            found = network(as_batch(x) if x.ndim == 4 else torch.from_numpy(x)).numpy()
        if y.ndim == 4:
            found = found.transpose(0, 2, 3, 1)
        difference = np.abs(found - y).max()
        print(f"{name}: outputs differ by {difference:.2e} at most")
        assert found.shape == y.shape and difference <= common.TOLERANCE, name
        state = {name: value.numpy() for name, value in network.state_dict().items()}
        back = tweed_weights.from_pytorch(state, model)
        assert all(np.array_equal(back.tensors[n], model.tensors[n]) for n in back.tensors), name


tool = common.Tool(sys.argv[1])
common.images("t10k")
check_examples(tool)
check_reference(tool)
