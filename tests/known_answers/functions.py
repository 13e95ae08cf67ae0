"""PyTorch's layers on tensors in tweed's layout: images NHWC, kernels [kh,kw,c,filters], dense
kernels [inputs,outputs]. Gradients come out in that layout as well."""

import warnings

import torch
import torch.nn.functional as F

warnings.filterwarnings("ignore", "Using padding='same' with even kernel lengths")

relu, flatten = F.relu, lambda x: x.flatten(1)


def on_images(function, x, *arguments, **options):
    """What a function of images NCHW makes of images NHWC."""
    return function(x.permute(0, 3, 1, 2), *arguments, **options).permute(0, 2, 3, 1)


def pad(x, top, bottom, left, right):
    return F.pad(x, (0, 0, left, right, top, bottom))


def conv2d(x, kernel, bias=None, **options):
    return on_images(F.conv2d, x, kernel.permute(3, 2, 0, 1), bias, **options)


def conv_transpose2d(x, kernel, bias=None, **options):
    """The kernel is [kh,kw,filters/groups,c]."""
    kernel = kernel.permute(3, 2, 0, 1).contiguous()
    return on_images(F.conv_transpose2d, x, kernel, bias, **options)


def max_pool(x, window, **options):
    return on_images(F.max_pool2d, x, window, **options)


def average_pool(x, window, **options):
    """What lies outside the image does not count, unless options say so."""
    return on_images(F.avg_pool2d, x, window, **({"count_include_pad": False} | options))


def global_average_pool(x):
    return on_images(F.adaptive_avg_pool2d, x, 1)


def global_max_pool(x):
    return on_images(F.adaptive_max_pool2d, x, 1)


def upsample(x, factor):
    return on_images(F.interpolate, x, scale_factor=factor, mode="nearest")


def bilinear(x, factors, align_corners=False):
    return on_images(
        F.interpolate, x, scale_factor=factors, mode="bilinear", align_corners=align_corners)


def channel_shuffle(x, groups):
    return on_images(F.channel_shuffle, x, groups)


def pixel_shuffle(x, factor):
    return on_images(F.pixel_shuffle, x, factor)


def dense(x, kernel, bias=None):
    return F.linear(x, kernel.t(), bias)


def batch_norm(x, scale, shift, mean, variance, training, **options):
    """Images, or vectors. Training normalises with the statistics of the batch, whose variance is
    divided by n, and moves `mean` and `variance` by `momentum` (0.1) of the way to them, with a
    variance divided by n - 1. Inference normalises with `mean` and `variance`. `eps` (1e-5) is added
    to each variance under the root."""
    arguments = [mean, variance, scale, shift, training]
    if x.dim() == 2:
        return F.batch_norm(x, *arguments, **options)
    return on_images(F.batch_norm, x, *arguments, **options)


def layer_norm(x, scale=None, shift=None, **options):
    """Of the channels of each pixel, which come last. `eps` is 1e-5."""
    return F.layer_norm(x, x.shape[-1:], scale, shift, **options)


def rms_norm(x, scale=None, eps=1e-6):
    """Of the channels of each pixel. PyTorch's own default for `eps` depends on the type."""
    return F.rms_norm(x, x.shape[-1:], scale, eps)


def group_norm(x, groups, scale=None, shift=None, **options):
    """Images, or vectors. `eps` is 1e-5."""
    if x.dim() == 2:
        return F.group_norm(x, groups, scale, shift, **options)
    return on_images(F.group_norm, x, groups, scale, shift, **options)


def instance_norm(x, scale=None, shift=None, **options):
    """PyTorch 2.15 mixes up the channels of a single image's gradient that does not lie as NCHW."""

    def on_nchw(x):
        y = F.instance_norm(x, weight=scale, bias=shift, **options)
        y.register_hook(lambda gradient: gradient.contiguous())
        return y

    return on_images(on_nchw, x)


def local_response_norm(x, size, **options):
    return on_images(F.local_response_norm, x, size, **options)


def concat(*inputs):
    return torch.cat(inputs, dim=-1)
