"""The answers of single layers: fingerprints of what each makes of known numbers."""

from functions import *
from tensors import *


def run(function, inputs, parameters):
    """Fingerprints of y, the gradient of each input and that of each parameter."""
    y = function(*inputs, *parameters)
    y.backward(numbers(y.shape, OUTPUT_GRADIENT))
    return [fingerprint(t) for t in [y, *(leaf.grad for leaf in inputs + parameters)]]


def parameters_of(shapes):
    return [leaf(shape, PARAMETERS + i) for i, shape in enumerate(shapes)]


def layer(function, x_shape, *parameter_shapes):
    return run(function, [leaf(x_shape, INPUT)], parameters_of(parameter_shapes))


def join(function, first_shape, *further_shapes):
    further = [leaf(shape, FURTHER_INPUTS + i) for i, shape in enumerate(further_shapes)]
    return run(function, [leaf(first_shape, INPUT), *further], [])


def normalization(x_shape, has_scale=True, has_shift=True, **options):
    """y, dx, the gradients of scale and shift as far as there are any, then mean and variance after
    the pass, and what inference makes of the input with those from before it."""
    channels = x_shape[-1:]
    tensors = [channels] * (has_scale + has_shift)
    mean, variance = (
        fill(channels, PARAMETERS + len(tensors) + i) for i, fill in enumerate([numbers, around_one]))

    def normalize(x, *learnt, training):
        scale = learnt[0] if has_scale else None
        shift = learnt[-1] if has_shift else None
        return batch_norm(x, scale, shift, mean, variance, training, **options)

    inferred = fingerprint(
        normalize(numbers(x_shape, INPUT), *parameters_of(tensors), training=False))
    trained = layer(lambda *t: normalize(*t, training=True), x_shape, *tensors)
    return [*trained, fingerprint(mean), fingerprint(variance), inferred]


def squeeze_and_excitation(x, *parameters):
    factors = dense(flatten(global_average_pool(x)), *parameters[:2])
    factors = dense(relu(factors), *parameters[2:])
    return x * factors[:, None, None, :]


CONVOLUTIONS = {
    "conv2d_same": layer(
        lambda *t: conv2d(*t, padding="same"), (2, 5, 4, 3), (3, 3, 3, 4), (4,)),
    # An odd zero goes to the bottom and right.
    "conv2d_even_kernel": layer(
        lambda *t: conv2d(*t, padding="same"), (2, 5, 6, 2), (2, 4, 2, 3), (3,)),
    "conv2d_same_stride": layer(
        lambda *t: conv2d(*t, stride=2, padding=1), (2, 5, 7, 9), (3, 3, 9, 4), (4,)),
    "conv2d_valid_stride": layer(
        lambda *t: conv2d(*t, stride=(2, 1)), (3, 7, 6, 2), (3, 2, 2, 5), (5,)),
    "conv2d_dilation": layer(
        lambda *t: conv2d(*t, padding="same", dilation=2), (2, 7, 6, 3), (3, 3, 3, 4), (4,)),
    "conv2d_groups": layer(
        lambda *t: conv2d(*t, padding="same", groups=2), (2, 5, 6, 4), (3, 3, 2, 6), (6,)),
    "conv2d_no_bias": layer(
        lambda *t: conv2d(*t, padding="same"), (1, 5, 7, 3), (3, 3, 3, 5)),
    # Sizes for which the same padding would be another: nothing before, one zero after.
    "conv2d_padding": layer(
        lambda *t: conv2d(*t, stride=2, padding=1), (2, 6, 8, 3), (3, 3, 3, 4)),
    "conv2d_padding_bias": layer(
        lambda *t: conv2d(*t, stride=2, padding=1), (2, 6, 7, 1), (3, 3, 1, 4), (4,)),
    "conv2d_padding_by_axis": layer(
        lambda *t: conv2d(*t, padding=(2, 1)), (1, 5, 6, 2), (3, 2, 2, 3), (3,)),
    "conv2d_padding_by_side": layer(
        lambda x, *t: conv2d(pad(x, 0, 1, 2, 1), *t), (2, 5, 6, 2), (3, 3, 2, 3), (3,)),
    "conv2d_stem": layer(
        lambda *t: conv2d(*t, stride=2, padding=3), (2, 11, 12, 3), (7, 7, 3, 5)),
    "conv2d_projection": layer(
        lambda *t: conv2d(*t, stride=2), (2, 5, 8, 4), (1, 1, 4, 7)),
    "depthwise_conv2d": layer(
        lambda *t: conv2d(*t, padding="same", groups=19), (2, 5, 6, 19), (3, 3, 1, 19), (19,)),
    "depthwise_conv2d_multiplier": layer(
        lambda *t: conv2d(*t, stride=2, padding=1, groups=3), (2, 5, 7, 3), (3, 3, 1, 6), (6,)),
    "depthwise_conv2d_no_bias": layer(
        lambda *t: conv2d(*t, stride=2, padding=1, groups=5), (2, 6, 8, 5), (3, 3, 1, 5)),
    "conv_transpose2d": layer(
        lambda *t: conv_transpose2d(*t, stride=2, padding=1, output_padding=1),
        (2, 5, 4, 3), (3, 3, 4, 3), (4,)),
    # Places that no tap reaches.
    "conv_transpose2d_gaps": layer(
        lambda *t: conv_transpose2d(*t, stride=3), (1, 3, 5, 1), (2, 2, 5, 1), (5,)),
    "conv_transpose2d_groups": layer(
        lambda *t: conv_transpose2d(*t, stride=2, padding=1, groups=3),
        (2, 4, 3, 6), (3, 3, 3, 6), (9,)),
    "conv_transpose2d_dilation": layer(
        lambda *t: conv_transpose2d(
            *t, stride=(2, 1), padding=(1, 0), dilation=(2, 1), output_padding=(1, 0)),
        (1, 4, 5, 2), (3, 2, 7, 2), (7,)),
    "conv_transpose2d_one_filter": layer(
        lambda *t: conv_transpose2d(*t, stride=2, padding=1), (3, 5, 7, 17), (4, 4, 1, 17)),
    "conv_transpose2d_same": layer(
        lambda *t: conv_transpose2d(*t, padding=2), (2, 6, 5, 9), (5, 5, 4, 9), (4,)),
}

LAYERS = {
    "dense": layer(dense, (3, 7), (7, 5), (5,)),
    "dense_no_bias": layer(dense, (1, 7), (7, 5)),
    "max_pool": layer(lambda x: max_pool(x, 2), (2, 7, 6, 3)),
    "max_pool_same": layer(lambda x: max_pool(x, 3, stride=2, padding=1), (2, 5, 7, 3)),
    "max_pool_padding": layer(lambda x: max_pool(x, 3, stride=2, padding=1), (2, 6, 8, 3)),
    # A window for what is left over, in one axis and in both; none that begins behind the image.
    "max_pool_ceil": layer(lambda x: max_pool(x, 3, stride=2, ceil_mode=True), (2, 8, 7, 3)),
    "max_pool_ceil_padding": layer(
        lambda x: max_pool(x, 2, stride=2, padding=1, ceil_mode=True), (1, 3, 5, 1)),
    "max_pool_ceil_small": layer(
        lambda x: max_pool(x, 3, stride=2, ceil_mode=True), (1, 2, 2, 7)),
    "average_pool_ceil": layer(
        lambda x: average_pool(x, 3, stride=2, padding=1, ceil_mode=True), (2, 7, 8, 5)),
    "average_pool_ceil_counted": layer(
        lambda x: average_pool(
            x, 3, stride=2, padding=1, ceil_mode=True, count_include_pad=True), (2, 7, 8, 5)),
    "average_pool_counted": layer(
        lambda x: average_pool(x, 3, stride=2, padding=1, count_include_pad=True), (1, 6, 7, 1)),
    "average_pool": layer(lambda x: average_pool(x, 2), (2, 7, 6, 3)),
    "average_pool_stride": layer(
        lambda x: average_pool(x, (3, 2), stride=(1, 2)), (1, 5, 7, 1)),
    "average_pool_padding": layer(
        lambda x: average_pool(x, 3, stride=2, padding=1), (2, 6, 7, 5)),
    "global_average_pool": layer(global_average_pool, (3, 5, 7, 3)),
    "global_average_pool_one_pixel": layer(global_average_pool, (1, 1, 1, 5)),
    "global_average_pool_one_channel": layer(global_average_pool, (1, 7, 4, 1)),
    "global_max_pool": layer(global_max_pool, (3, 5, 7, 3)),
    "global_max_pool_one_channel": layer(global_max_pool, (1, 7, 4, 1)),
    "upsample_2": layer(lambda x: upsample(x, 2), (2, 3, 5, 4)),
    "upsample_3": layer(lambda x: upsample(x, 3), (1, 5, 1, 1)),
    "relu": layer(relu, (2, 3, 4, 5)),
}

SHAPES = {
    "zero_pad": layer(lambda x: pad(x, 1, 1, 1, 1), (2, 5, 3, 7)),
    "zero_pad_by_side": layer(lambda x: pad(x, 0, 2, 3, 1), (1, 3, 5, 1)),
    "crop": layer(lambda x: pad(x, -1, -1, -1, -1), (2, 5, 3, 7)),
    "crop_by_side": layer(lambda x: pad(x, 0, -2, -3, -1), (1, 7, 5, 1)),
    "channel_slice": layer(lambda x: x[..., 3:8], (2, 5, 3, 13)),
    "channel_slice_vectors": layer(lambda x: x[..., 6:], (3, 7)),
    "channel_shuffle": layer(lambda x: channel_shuffle(x, 2), (2, 5, 3, 14)),
    "channel_shuffle_five": layer(lambda x: channel_shuffle(x, 5), (1, 3, 1, 15)),
    "channel_shuffle_one": layer(lambda x: channel_shuffle(x, 1), (1, 3, 5, 1)),
    "pixel_shuffle": layer(lambda x: pixel_shuffle(x, 2), (2, 5, 3, 28)),
    "pixel_shuffle_one_channel": layer(lambda x: pixel_shuffle(x, 3), (1, 3, 1, 9)),
    "bilinear": layer(lambda x: bilinear(x, 2), (2, 3, 5, 7)),
    "bilinear_by_axis": layer(lambda x: bilinear(x, (3, 1)), (1, 4, 5, 1)),
    "bilinear_one_pixel": layer(lambda x: bilinear(x, 3), (1, 1, 1, 5)),
    "bilinear_corners": layer(lambda x: bilinear(x, 2, True), (2, 3, 5, 7)),
    "bilinear_corners_by_axis": layer(lambda x: bilinear(x, (5, 3), True), (1, 4, 7, 1)),
    "bilinear_corners_one_pixel": layer(lambda x: bilinear(x, 3, True), (1, 1, 1, 5)),
    "layer_scale": layer(lambda x, scale: x * scale, (2, 5, 3, 7), (7,)),
    "layer_scale_one_channel": layer(lambda x, scale: x * scale, (1, 5, 7, 1), (1,)),
    "layer_scale_vectors": layer(lambda x, scale: x * scale, (5, 13), (13,)),
}

# Of images, then of a vector, whose numbers are in [-4, 4) to reach what is cut off.
ACTIVATIONS = {
    name: [
        *run(function, [leaf((2, 3, 5, 7), INPUT, scale=4.0)], []),
        *run(function, [leaf((1, 13), INPUT, scale=4.0)], []),
    ]
    for name, function in {
        "clip": lambda x: F.hardtanh(x, -2.5, 1.75),
        "elu": F.elu,
        "elu_alpha": lambda x: F.elu(x, 0.25),
        "gelu": F.gelu,
        "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
        # F.hardsigmoid takes 1/6 in float, also for double.
        "hard_sigmoid": lambda x: torch.clamp(x / 6.0 + 0.5, 0.0, 1.0),
        "hard_swish": F.hardswish,
        "leaky_relu": F.leaky_relu,
        "leaky_relu_slope": lambda x: F.leaky_relu(x, 0.3),
        "mish": F.mish,
        "relu6": F.relu6,
        "selu": F.selu,
        "sigmoid": F.sigmoid,
        "silu": F.silu,
        "softmax": lambda x: F.softmax(x, dim=-1),
        "softplus": lambda x: F.softplus(x, threshold=100),
        "tanh": torch.tanh,
    }.items()
} | {
    "prelu": layer(lambda x, slope: on_images(F.prelu, x, slope), (3, 5, 4, 7), (7,)),
    "prelu_one_channel": layer(lambda x, slope: on_images(F.prelu, x, slope), (1, 5, 3, 1), (1,)),
    "prelu_shared": layer(lambda x, slope: on_images(F.prelu, x, slope), (2, 3, 5, 17), (1,)),
    "prelu_vectors": layer(F.prelu, (5, 13), (13,)),
}

NORMALIZATIONS = {
    "batch_norm": normalization((3, 5, 4, 7)),
    "batch_norm_one_image": normalization((1, 3, 5, 2)),
    "batch_norm_one_channel": normalization((2, 7, 5, 1)),
    "batch_norm_vectors": normalization((5, 13)),
    # The fewest values that have a variance.
    "batch_norm_two_vectors": normalization((2, 3), eps=0.1),
    "batch_norm_options": normalization((3, 2, 3, 5), momentum=0.25, eps=0.01),
    "batch_norm_bare": normalization((2, 5, 3, 7), has_scale=False, has_shift=False),
    "batch_norm_no_scale": normalization((1, 3, 5, 17), has_scale=False),
    "batch_norm_no_shift": normalization((3, 7, 1, 1), has_shift=False, momentum=0.25),
}

# They need no batch: training and inference are the same.
SAMPLE_NORMALIZATIONS = {
    "layer_norm": layer(layer_norm, (3, 5, 4, 7), (7,), (7,)),
    "layer_norm_one_image": layer(layer_norm, (1, 3, 5, 37), (37,), (37,)),
    "layer_norm_one_channel": layer(layer_norm, (2, 3, 2, 1), (1,), (1,)),
    "layer_norm_vectors": layer(layer_norm, (5, 13), (13,), (13,)),
    "layer_norm_options": layer(
        lambda x, scale: layer_norm(x, scale, eps=0.1), (2, 3, 5, 17), (17,)),
    "layer_norm_bare": layer(layer_norm, (2, 3, 5, 6)),
    "rms_norm": layer(rms_norm, (3, 5, 4, 7), (7,)),
    "rms_norm_vectors": layer(rms_norm, (1, 131), (131,)),
    "rms_norm_options": layer(lambda x: rms_norm(x, eps=0.1), (2, 3, 5, 17)),
    "group_norm": layer(lambda x, *t: group_norm(x, 3, *t), (3, 5, 4, 12), (12,), (12,)),
    "group_norm_of_all": layer(lambda x, *t: group_norm(x, 1, *t), (1, 7, 3, 5), (5,), (5,)),
    "group_norm_of_each": layer(lambda x, *t: group_norm(x, 7, *t), (2, 3, 5, 7), (7,), (7,)),
    "group_norm_one_channel": layer(lambda x, *t: group_norm(x, 1, *t), (2, 7, 5, 1), (1,), (1,)),
    "group_norm_vectors": layer(lambda x, *t: group_norm(x, 2, *t), (5, 26), (26,), (26,)),
    "group_norm_options": layer(
        lambda x: group_norm(x, 2, eps=0.1), (2, 3, 5, 34)),
    "instance_norm": layer(instance_norm, (3, 5, 4, 7)),
    "instance_norm_affine": layer(instance_norm, (1, 3, 5, 17), (17,), (17,)),
    "instance_norm_one_channel": layer(
        lambda *t: instance_norm(*t, eps=0.1), (2, 7, 5, 1), (1,), (1,)),
    "local_response_norm": layer(lambda x: local_response_norm(x, 5), (3, 5, 4, 7)),
    "local_response_norm_one_channel": layer(
        lambda x: local_response_norm(x, 5, alpha=0.5), (1, 5, 3, 1)),
    "local_response_norm_options": layer(
        lambda x: local_response_norm(x, 3, alpha=1.5, beta=1.25, k=0.5), (2, 3, 2, 37)),
}

JOINS = {
    "add": join(lambda a, b: a + b, (2, 3, 5, 4), (2, 3, 5, 4)),
    "add_three": join(lambda a, b, c: a + b + c, (3, 7), (3, 7), (3, 7)),
    "concat": join(concat, (2, 3, 5, 4), (2, 3, 5, 3)),
    "concat_three": join(concat, (1, 3, 2, 1), (1, 3, 2, 5), (1, 3, 2, 2)),
    "concat_vectors": join(concat, (3, 4), (3, 1)),
    "multiply": join(lambda a, b: a * b, (2, 3, 5, 4), (2, 3, 5, 4)),
    # One factor for each channel of each image.
    "multiply_channels": join(lambda a, b: a * b, (3, 5, 4, 7), (3, 1, 1, 7)),
    "multiply_one_channel": join(lambda a, b: a * b, (1, 3, 2, 1), (1, 1, 1, 1)),
    "squeeze_and_excitation": layer(
        squeeze_and_excitation, (3, 5, 4, 7), (7, 2), (2,), (2, 7), (7,)),
}
