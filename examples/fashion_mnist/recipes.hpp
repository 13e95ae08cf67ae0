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
           "network=plain widths=32,64,128 whiten=5000 "
           "epochs=4 batch-size=512 label-smoothing=0.1 augment=shift,alternating-flip "
           "optimizer=nesterov learning-rate=1 momentum=0.85 shift-rate=64 weight-decay=0.005 "
           "schedule=triangle rise=0.2 first=0.1 last=0.02 views=mirrored"},

          {"best",
           "network=plain widths=48,192,192 whiten=5000 "
           "epochs=12 batch-size=512 label-smoothing=0.1 augment=shift,alternating-flip "
           "optimizer=nesterov learning-rate=1 momentum=0.85 shift-rate=64 weight-decay=0.005 "
           "schedule=triangle rise=0.2 first=0.1 last=0.02 views=mirrored"},

          {"record",
           "network=residual widths=64,256,256 depths=2 whiten=5000 "
           "epochs=40 batch-size=512 label-smoothing=0.1 augment=shift,alternating-flip,cutout "
           "optimizer=nesterov learning-rate=1 momentum=0.85 shift-rate=64 weight-decay=0.005 "
           "schedule=triangle rise=0.2 first=0.1 last=0.02 average=0.995 views=mirrored"}};
}

}  // namespace fashion_mnist
