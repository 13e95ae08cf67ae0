"""Numbers that C++ computes too, and what stands for a tensor of results."""

import numpy
import torch

INPUT, OUTPUT_GRADIENT, PARAMETERS, FURTHER_INPUTS, WEIGHTS = 1, 2, 3, 80, 99

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)  # sums in the same order every time


def numbers(shape, stream, scale=1.0):
    """The first numbers of a stream, as support/numbers.hpp defines them."""
    position = numpy.arange(1, numpy.prod(shape) + 1, dtype=numpy.uint32)
    bits = position * numpy.uint32(0x9E3779B9) + numpy.uint32(stream * 0x85EBCA6B % 2**32)
    bits = (bits ^ bits >> 16) * numpy.uint32(0x45D9F3B)
    bits = (bits ^ bits >> 16) * numpy.uint32(0x45D9F3B)
    bits ^= bits >> 16
    return torch.tensor(scale * ((bits >> 8) * 2.0**-23 - 1.0)).reshape(shape)


def around_one(shape, stream):
    """From 0.5 to 1.5."""
    return 1.0 + numbers(shape, stream, 0.5)


def leaf(shape, stream, scale=1.0):
    return numbers(shape, stream, scale).requires_grad_()


def fingerprint(tensor):
    """As support/fingerprint.hpp defines it."""
    flat = tensor.detach().reshape(-1)
    weighted = (flat * numbers([flat.numel()], WEIGHTS)).sum()
    picked = [flat[0], flat[flat.numel() // 2], flat[-1]]
    return [float(value) for value in [flat.sum(), flat.norm(), weighted, *picked]]
