#!/usr/bin/env python3
"""keras_weights.py TOOL: weights trained in Keras give the same predictions in tweed on the 10,000
test images, and the other way round; strided and depthwise convolutions, too. What Keras saves is taken, or
refused by name."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import common

from common import raises, refuses

np, tensorflow, keras = common.require("numpy", "tensorflow", "keras")
import tweed_weights
from keras import layers


def reference():
    block = lambda filters: [
        layers.Conv2D(filters, 5, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
    ]
    return keras.Sequential(
        [layers.Input((28, 28, 1))]
        + block(32)
        + block(64)
        + [layers.Dropout(0.25)]
        + block(128)
        + [layers.Dropout(0.25), layers.Flatten(), layers.Dense(1024, activation="relu")]
        + [layers.Dropout(0.4), layers.Dense(10)]
    )


def check_reference(tool, steps=60):
    keras.utils.set_random_seed(1)
    ours = tool.folder / "tweed.safetensors"
    tool("train", ours, steps)
    test = common.images("t10k")
    network = reference()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)
    count = 100 * steps
    network.fit(
        common.images("train")[:count], common.labels("train")[:count], batch_size=100, verbose=0
    )
    theirs = network.predict(test, batch_size=500, verbose=0)
    accuracy = (theirs.argmax(axis=1) == common.labels("t10k")).mean()
    print(f"accuracy after {steps} steps in Keras: {accuracy:.4f}")
    assert accuracy > 0.5

    path = tool.folder / "from_keras.safetensors"
    converted = tweed_weights.from_keras(network.get_weights(), tweed_weights.read(ours))
    tweed_weights.write(path, converted, (test[:1], theirs[:1]))
    common.compare("Keras to tweed", tool.logits(path), theirs)

    network.set_weights(tweed_weights.to_keras(tweed_weights.read(ours)))
    theirs = network.predict(test, batch_size=500, verbose=0)
    common.compare("tweed to Keras", tool.logits(ours), theirs)


def check_examples(tool):
    """The networks of tool.cpp that Keras can run on a CPU: padding of all kinds is its own."""
    tool("examples", tool.folder)
    networks = {
        "image_out": [
            layers.Input((9, 12, 3)),
            layers.Conv2D(5, (2, 4), strides=(2, 3), padding="same", activation="relu"),
        ],
        "pools": [
            layers.Input((11, 10, 2)),
            layers.MaxPooling2D(3, strides=2, padding="same"),
            layers.Conv2D(4, 3),
            layers.MaxPooling2D((2, 1)),
            layers.Flatten(),
            layers.ReLU(),
            layers.Dense(6),
        ],
        "transposed_same": [
            layers.Input((5, 4, 3)),
            layers.Conv2DTranspose(6, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(2, (4, 2), strides=(3, 1), use_bias=False),
            layers.Conv2DTranspose(4, 1, strides=(1, 2), padding="same"),
        ],
        "depthwise": [
            layers.Input((7, 9, 3)),
            layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", activation="relu"),
            layers.Conv2D(4, 1),
        ],
    }
    for name, parts in networks.items():
        model = tweed_weights.read(tool.folder / f"{name}.safetensors")
        network = keras.Sequential(parts)
        network.set_weights(tweed_weights.to_keras(model))
        x, y = model.tensors["sample.input"], model.tensors["sample.output"]
        difference = np.abs(network.predict(x, verbose=0) - y).max()
        print(f"{name}: outputs differ by {difference:.2e} at most")
        assert difference <= common.TOLERANCE, name
        for source in (network.get_weights(), network):  # which is run, and its outputs compared
            back = tweed_weights.from_keras(source, model)
            assert all(np.array_equal(back.tensors[n], model.tensors[n]) for n in back.tensors), name


def small(before=(), activation="relu", pool=layers.MaxPooling2D, last=None, bias=True):
    """The network "valid_pools" of tool.cpp, or one that is nearly so."""
    keras.utils.set_random_seed(2)
    parts = [
        layers.Conv2D(4, 3, activation="linear", use_bias=bias),
        pool((2, 1)),
        layers.Flatten(),
    ]
    parts += [layers.Activation(activation), layers.Dense(6, activation=last)]
    return keras.Sequential([layers.Input((10, 10, 2)), *before, *parts])


def check_models():
    like = tweed_weights.read("valid_pools.safetensors")
    take = lambda network: tweed_weights.from_keras(network, like)
    network = small(last="softmax")
    network.save("network.keras")
    common.convert("from-keras", "network.keras", "valid_pools.safetensors", "out.safetensors")
    assert tool.loads("out.safetensors")
    written = tweed_weights.read("out.safetensors").tensors
    for name, value in take(network).tensors.items():
        assert np.array_equal(written[name], value), name
    assert not take(small([layers.Dropout(0.5)], bias=False)).tensors["conv2d_1.bias"].any()

    raises(": a tanh, but LIKE has no tanh", take, small(activation="tanh"))
    raises(": tweed has no activation softsign", take, small(activation="softsign"))
    rescaling, norm = layers.Rescaling(1 / 255), layers.BatchNormalization()
    raises(f"{rescaling.name}: tweed has no Rescaling", take, small([rescaling]))
    raises(f"{norm.name}: a BatchNormalization, but LIKE", take, small([norm]))
    raises(": a AveragePooling2D, but LIKE", take, small(pool=layers.AveragePooling2D))
    raises("computes something else", take, small(activation="linear"))
    inputs = keras.Input((10, 10, 2))
    branches = layers.Add()([inputs, layers.ReLU()(inputs)])
    raises(": a Add, but LIKE has no add", take, keras.Model(inputs, small()(branches)))

    convert = ("from-keras", "network.keras", "valid_pools.safetensors", "new.safetensors")
    small(activation="tanh").save("network.keras")
    refuses(": a tanh, but LIKE has no tanh", *convert)
    with open("network.keras", "rb") as file:
        whole = file.read()
    for size in (0, 100, len(whole) - 1):
        with open("network.keras", "wb") as file:
            file.write(whole[:size])
        raises("network.keras: cannot be read: ", tweed_weights.read_model, "network.keras")
    refuses("network.keras: cannot be read: ", *convert)
    os.remove("network.keras")
    refuses("cannot read network.keras: No such file", *convert)


def check_normalizations():
    """The network "batch_normalized" of tool.cpp: other activations and pools, too."""
    like = tweed_weights.read("batch_normalized.safetensors")
    take = lambda network: tweed_weights.from_keras(network, like)

    def network(pool=layers.AveragePooling2D, activation="tanh", **options):
        keras.utils.set_random_seed(3)
        norm = lambda: layers.BatchNormalization(epsilon=1e-5, **options)
        parts = [layers.Conv2D(4, 3, padding="same", use_bias=False), norm()]
        parts += [layers.Activation(activation), pool(2), layers.Flatten(), norm(), layers.Dense(5)]
        made = keras.Sequential([layers.Input((6, 5, 2)), *parts])
        made(np.random.default_rng(1).random((8, 6, 5, 2), np.float32), training=True)
        return made

    for options in ({}, {"scale": False}, {"center": False, "scale": False}):
        made = network(**options)
        found = take(made)
        images = np.random.default_rng(2).random((1, 6, 5, 2), np.float32)
        tweed_weights.write("out.safetensors", found, (images, made.predict(images, verbose=0)))
        assert tool.loads("out.safetensors")
    made = network()
    made.set_weights(tweed_weights.to_keras(like))
    x, y = like.tensors["sample.input"], like.tensors["sample.output"]
    assert np.abs(made.predict(x, verbose=0) - y).max() <= common.TOLERANCE
    raises("a MaxPooling2D, but LIKE has no max_pool", take, network(layers.MaxPooling2D))
    raises("a sigmoid, but LIKE has no sigmoid", take, network(activation="sigmoid"))


tool = common.Tool(sys.argv[1])
common.images("t10k")
check_examples(tool)
os.chdir(tool.folder)
check_models()
check_normalizations()
check_reference(tool)
