/// A convolutional variational autoencoder (Kingma and Welling, *Auto-Encoding Variational Bayes*,
/// ICLR 2014) that learns to draw clothes from Fashion-MNIST:
///
///     variational_autoencoder [STEPS] [FILE.png]
///
/// The encoder says of each image where its code may lie, as a normal distribution; the decoder
/// makes an image of a code that was drawn from it. FILE shows images and what became of them,
/// clothes that were never there, and a walk from one garment to another. The program fails unless
/// the loss on images that it was not trained with falls well below that of a network that knows
/// nothing.

#include <tweed/data/fashion_mnist.hpp>
#include <tweed/data/split.hpp>
#include <tweed/io/png_file.hpp>
#include <tweed/testing/gradient_check.hpp>
#include <tweed/tweed.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <numbers>
#include <utility>
#include <vector>

using namespace tweed;

/// Draws y [n] from normal distributions, whose means and log variances are the halves of x [2n].
/// In inference y is the means.
struct DrawNormal {
  static constexpr std::string_view name = "draw_normal";
  static constexpr Reads backward_reads{.input = true, .output = false};
  static constexpr bool overwrites_dy = false;

  enum class Why { fits, its_input_must_be_a_vector_of_means_and_as_many_log_variances };

  static constexpr void visit(const auto&, const auto&) {}  // nothing to state

  static constexpr Fit<Why> fit(const Shape& x) {
    const bool fits = x.is_vector() && x.channels % 2 == 0;
    return {{1, 1, x.channels / 2},
            fits ? Why::fits : Why::its_input_must_be_a_vector_of_means_and_as_many_log_variances};
  }

  template <class T>
  static void infer(const InferPass<T>& pass) {
    for (Index n = 0; n < pass.y.count; ++n) {
      std::copy_n(pass.x.sample(n), pass.y.shape.size(), pass.y.sample(n));
    }
  }

  template <class T>
  static void forward(const ForwardPass<T>& pass) {
    const Index size = pass.y.shape.size();
    parallel_for(pass.y.count, pass.threads, [&](Index n, int) {
      const T* const x = pass.x.sample(n);
      for (Index i = 0; i < size; ++i) {
        pass.y.sample(n)[i] =
            x[i] + std::exp(x[size + i] / 2) * noise<T>(pass.random, n * size + i);
      }
    });
  }

  template <class T>
  static void backward(const BackwardPass<T>& pass) {
    const Index size = pass.dy.shape.size();
    parallel_for(pass.dy.count, pass.threads, [&](Index n, int) {
      const T* const x = pass.x.sample(n);
      for (Index i = 0; i < size; ++i) {
        const T dy = pass.dy.sample(n)[i];
        const T drawn = std::exp(x[size + i] / 2) * noise<T>(pass.random, n * size + i);
        pass.dx.sample(n)[i] = dy;
        pass.dx.sample(n)[size + i] = dy * drawn / 2;
      }
    });
  }

 private:
  /// The same in `forward` and `backward`, and for any number of threads: a function of the key.
  template <class T>
  static T noise(const RandomKey& key, Index position) {
    return static_cast<T>(random_normal(key, static_cast<std::uint64_t>(position)));
  }
};

/// How far such distributions are from those with mean 0 and variance 1, from which codes are drawn
/// when there is no image: their Kullback-Leibler divergence. The label is not looked at.
struct NormalDivergence {
  enum class Why { fits };
  static constexpr Fit<Why> fit(const Shape& codes) { return {codes}; }

  template <class T>
  LossSum sample_loss(const Batch<const T>& code, Label) const {
    LossSum sum{.count = 1};
    const Index size = code.shape.size() / 2;
    for (Index i = 0; i < size; ++i) {
      const double mean = code.data[i];
      const double log_variance = code.data[size + i];
      sum.loss += (mean * mean + std::exp(log_variance) - log_variance - 1) / 2;
    }
    return sum;
  }

  template <class T>
  void sample_gradient(const Batch<const T>& code, Label, const Batch<T>& gradient) const {
    const Index size = code.shape.size() / 2;
    for (Index i = 0; i < size; ++i) {
      gradient.data[i] = code.data[i];
      gradient.data[size + i] = (std::exp(code.data[size + i]) - 1) / 2;
    }
  }
};

// clang-format off
constexpr Index code_size = 16;

using Encoder = Path<
    Conv2D<32, 3, Stride{2}>, ReLU,
    Conv2D<64, 3, Stride{2}>, ReLU,
    Flatten, Dense<128>, ReLU, Dense<2 * code_size>>;
using Decoder = Path<
    Dense<7 * 7 * 64>, ReLU, Reshape<7, 7, 64>,
    Upsample<2>, Conv2D<32, 3>, ReLU,
    Upsample<2>, Conv2D<16, 3>, ReLU,
    Conv2D<1, 3>>;

using Autoencoder = Sequential<Input<28, 28, 1>,
    Encoder, Output<"code">, DrawNormal, Decoder, Output<"image">>;
using Generator = Sequential<Input<code_size>, Decoder>;
// clang-format on

/// Images with their labels, which go to the loss of the codes and which it does not look at, and
/// their pixels once more, which go to that of the images.
ZipDataset<Dataset<>, Targets> with_targets(const Dataset<>& data) {
  Targets pixels{.outputs = data.shape.size(), .targets = {}};
  pixels.targets.reserve(data.images.size());
  for (const std::uint8_t pixel : data.images) {
    pixels.targets.push_back(static_cast<float>(pixel) / 255.0F);
  }
  return ZipDataset{data, std::move(pixels)};
}

/// The decoder by itself, with the weights that it has in the autoencoder, where it is last.
Model<Generator> generator_of(const Model<Autoencoder>& autoencoder) {
  Model<Generator> generator;
  const auto from = autoencoder.tensors();
  const auto to = generator.tensors();
  for (std::size_t i = 1; i <= to.size(); ++i) {
    std::ranges::copy(from[from.size() - i].values, to[to.size() - i].values.begin());
  }
  return generator;
}

/// Codes [n,code_size] between two, from the first to the second.
std::vector<float> walk(const float* from, const float* to, Index count) {
  std::vector<float> codes;
  for (Index n = 0; n < count; ++n) {
    const float along = static_cast<float>(n) / static_cast<float>(count - 1);
    for (Index i = 0; i < code_size; ++i) codes.push_back(from[i] + along * (to[i] - from[i]));
  }
  return codes;
}

std::vector<float> standard_normal(Index count) {
  std::vector<float> codes;
  for (Index i = 0; i < count * code_size; ++i) {
    const auto position = static_cast<std::uint64_t>(i);
    codes.push_back(static_cast<float>(random_normal({.seed = 3}, position)));
  }
  return codes;
}

/// Rows of images with pixels in [0, 1], ten a row, with a line between rows.
Image sheet(const std::vector<float>& shades) {
  constexpr Index side = 28;
  constexpr Index across = 10;
  const Index rows = std::ssize(shades) / (across * side * side);
  Image image{{rows * (side + 1), across * side, 1}, {}};
  for (Index y = 0; y < image.shape.height; ++y) {
    for (Index x = 0; x < image.shape.width; ++x) {
      const Index n = y / (side + 1) * across + x / side;
      const Index row = y % (side + 1);
      const auto at = static_cast<std::size_t>((n * side + row) * side + x % side);
      image.pixels.push_back(static_cast<std::uint8_t>(row < side ? 255.0F * shades[at] : 255.0F));
    }
  }
  return resize(image, 2 * image.shape.height, 2 * image.shape.width);
}

/// An image of each class, what becomes of them, twenty clothes that were never there, and a walk
/// from a sneaker to an ankle boot.
Image picture(const Model<Autoencoder>& model, const Dataset<>& data) {
  std::vector<Index> firsts;  // of each class
  for (Label label = 0; label < 10; ++label) {
    firsts.push_back(std::ranges::find(data.labels, label) - data.labels.begin());
  }
  const Dataset<> images = select_samples(data, firsts);
  std::vector<float> shades;
  for (const std::uint8_t pixel : images.images) {
    shades.push_back(static_cast<float>(pixel) / 255.0F);
  }
  const auto add = [&](const std::vector<float>& logits) {
    for (const float logit : logits) shades.push_back(1.0F / (1.0F + std::exp(-logit)));
  };
  add(predict_logits(model, images, {.output = 1}));

  const Model<Generator> generator = generator_of(model);
  const auto add_drawn = [&](const std::vector<float>& codes) {
    add(predict_logits(generator, Samples<float>{Generator::input, codes}));
  };
  add_drawn(standard_normal(20));
  const std::vector<float> codes = predict_logits(model, images, {.output = 0});
  const auto mean = [&](Index n) { return codes.data() + n * 2 * code_size; };
  add_drawn(walk(mean(7), mean(9), 10));
  return sheet(shades);
}

int main(int argc, char** argv) try {
  const auto check = testing::check_gradients<DrawNormal>({1, 1, 6});
  if (!check.passed()) throw Error("the gradient of DrawNormal is wrong: " + check.where);

  const Index steps = argc > 1 ? std::atol(argv[1]) : 1500;
  const auto data = datasets::fashion_mnist();
  const auto train = with_targets(data.train);
  const auto test = with_targets(data.test);

  // The mean over the pixels times their number is the sum that the divergence is weighed against.
  const SumOfLosses loss{NormalDivergence{}, Weighted{SigmoidCE{}, 28.0 * 28.0}};
  Model<Autoencoder> model{1};
  fit(model, loss, Adam{.learning_rate = 1e-3}, train,
      {.batch_size = 100, .steps = steps, .seed = 1, .on_step = [](const StepReport& at) {
         if (at.step % 100 != 0) return;
         std::printf("step %td: loss %.1f, divergence %.1f, of pixels %.1f\n", at.step,
                     at.batch.mean_loss(), at.outputs[0].mean_loss(),
                     784 * at.outputs[1].mean_loss());
       }});
  const double found = evaluate(model, loss, test).loss;
  const double untrained = 28 * 28 * std::numbers::ln2;  // each pixel is as likely as not
  std::printf("test loss %.1f, untrained %.1f\n", found, untrained);
  write_png(argc > 2 ? argv[2] : "variational_autoencoder.png", picture(model, data.test));
  return found < 0.7 * untrained ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "variational_autoencoder: %s\n", error.what());
  return 1;
}
