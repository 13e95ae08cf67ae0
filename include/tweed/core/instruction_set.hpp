#pragma once

/// TWEED_NAMESPACE is the namespace `tweed` and, within it, an inline one that is named after the
/// instruction set the including source is compiled for. Programs write `tweed::` alone. Sources of
/// one program that are compiled for different instruction sets have different inline functions, of
/// which the linker would keep those of one source for all; by their names they stay apart. What
/// passes a network or a model from one to the other does not link: tweed::compiled is for that, a
/// namespace of its own, whose kernels are chosen while the program runs.

#if defined(TWEED_COMPILED)
#define TWEED_NAMESPACE tweed::inline compiled
#elif defined(EIGEN_DONT_VECTORIZE)
#define TWEED_NAMESPACE tweed::inline scalar
#elif defined(__AVX512F__)
#define TWEED_NAMESPACE tweed::inline avx512
#elif defined(__AVX2__) && defined(__FMA__)
#define TWEED_NAMESPACE tweed::inline avx2_fma
#elif defined(__AVX__) && defined(__FMA__)
#define TWEED_NAMESPACE tweed::inline avx_fma
#elif defined(__AVX__)
#define TWEED_NAMESPACE tweed::inline avx
#elif defined(__SSE4_1__)
#define TWEED_NAMESPACE tweed::inline sse4
#elif defined(__SSE2__) || defined(_M_X64)
#define TWEED_NAMESPACE tweed::inline sse2
#elif defined(__ARM_NEON)
#define TWEED_NAMESPACE tweed::inline neon
#else
#define TWEED_NAMESPACE tweed::inline portable
#endif
