#pragma once

#include <string>
#include <vector>

namespace fashion_mnist {

/// Options of `train` under one name, as it takes them: what a recipe does not say is as ever.
struct Recipe {
  std::string name;
  std::string options;  ///< each "name=value", between spaces
};

inline std::vector<Recipe> recipes() {
  return {{"reference",
           "network=reference steps=1500 batch-size=100 optimizer=adam learning-rate=0.001 "
           "schedule=constant"},

          {"fast",
           "network=plain widths=24,96,96 activation=relu stem=0 "
           "epochs=5 batch-size=256 label-smoothing=0.1 augment=alternating-flip "
           "optimizer=muon learning-rate=0.05 momentum=0.9 companion-rate=0.01 weight-decay=0.05 "
           "schedule=triangle rise=0.2 first=0.1 last=0.02 views=mirrored"},

          {"best",
           "network=plain widths=48,192,192 activation=relu stem=0 "
           "epochs=10 batch-size=256 label-smoothing=0.1 augment=crop:1,alternating-flip "
           "optimizer=muon learning-rate=0.05 momentum=0.9 companion-rate=0.01 weight-decay=0.05 "
           "schedule=triangle rise=0.2 first=0.1 last=0.02 views=mirrored"},

          {"record",
           "network=residual widths=64,256,256 depths=2 activation=relu stem=0 "
           "epochs=30 batch-size=256 label-smoothing=0.1 augment=shift,alternating-flip,cutout "
           "optimizer=muon learning-rate=0.05 momentum=0.9 companion-rate=0.01 weight-decay=0.05 "
           "schedule=triangle rise=0.2 first=0.1 last=0.02 average=0.995 views=mirrored"}};
}

}  // namespace fashion_mnist
