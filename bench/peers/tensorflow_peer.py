#!/usr/bin/env python3
"""The reference network in TensorFlow with Keras, on the CPU: measures training or inference,
prints JSON.

A whole training step is one tf.function; with --compile XLA compiles it. The layout nchw runs too,
though TensorFlow's pools know only nhwc on the CPU: Keras transposes around them."""

import common

import os

# Before TensorFlow is imported, which reads them then.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

try:
    import tensorflow as tf
    import keras
except ImportError as error:
    common.fail(f"cannot import tensorflow ({error}); bench/peers/setup installs it")

DATA_FORMAT = {"nhwc": "channels_last", "nchw": "channels_first"}


def make_network(layout):
    data_format = DATA_FORMAT[layout]
    layers = keras.layers

    def convolution(filters):
        # Kernels are from Glorot's uniform distribution and biases 0 unless told otherwise.
        return layers.Conv2D(filters, 5, padding="same", activation="relu", data_format=data_format)

    def pool():
        return layers.MaxPooling2D(2, data_format=data_format)

    return keras.Sequential([
        keras.Input((28, 28, 1) if layout == "nhwc" else (1, 28, 28)),
        convolution(32), pool(),
        convolution(64), pool(), layers.Dropout(0.25),
        convolution(128), pool(), layers.Dropout(0.25),
        layers.Flatten(data_format=data_format),
        layers.Dense(1024, activation="relu"), layers.Dropout(0.4),
        layers.Dense(10)])


class TensorFlow:
    name = "tensorflow"
    version = tf.__version__

    def __init__(self, options):
        tf.config.threading.set_intra_op_parallelism_threads(options.threads)
        tf.config.threading.set_inter_op_parallelism_threads(options.threads)
        keras.utils.set_random_seed(options.seed)
        self.channel_axis = -1 if options.layout == "nhwc" else 1
        self.network = make_network(options.layout)
        self.loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.adam = keras.optimizers.Adam(common.LEARNING_RATE, 0.9, 0.999, epsilon=1e-8)
        self.adam.build(self.network.trainable_variables)
        self.step = tf.function(self.plain_step, jit_compile=options.compile)
        self.logits = tf.function(self.plain_logits, jit_compile=options.compile)

    def as_pixels(self, images):
        """Bytes [n,28,28] to floats in [0,1] with an axis for the channel."""
        return tf.expand_dims(tf.cast(images, tf.float32) / 255, self.channel_axis)

    def plain_step(self, images, labels):
        variables = self.network.trainable_variables
        with tf.GradientTape() as tape:
            loss = self.loss(labels, self.network(self.as_pixels(images), training=True))
        self.adam.apply(tape.gradient(loss, variables), variables)
        return loss

    def plain_logits(self, pixels):
        return self.network(pixels, training=False)

    def train_step(self, images, labels):
        return float(self.step(tf.constant(images), tf.constant(labels)))

    def predict(self, images):
        return self.logits(self.as_pixels(images)).numpy().argmax(1)

    def inference(self, batch):
        shape = list(self.network.input_shape)
        pixels = tf.random.uniform([batch] + shape[1:])
        return lambda: self.logits(pixels).numpy()  # numpy() waits for the result


if __name__ == "__main__":
    common.main(TensorFlow, common.read_options(__doc__, ("nhwc", "nchw")))
