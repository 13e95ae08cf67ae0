import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load


class TweedConan(ConanFile):
    name = "tweed"
    license = "MIT"
    description = "A header-only C++20 deep-learning library that trains networks on the CPU"
    topics = ("deep-learning", "neural-network", "header-only")
    package_type = "header-library"
    settings = "os", "compiler", "build_type", "arch"
    options = {"data": [True, False], "io": [True, False], "onnx": [True, False],
               "images": [True, False], "reporting": [True, False]}
    default_options = {"data": True, "io": True, "onnx": False, "images": False,
                       "reporting": False}
    generators = "CMakeDeps"
    no_copy_source = True

    @property
    def _root(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        header = load(self, os.path.join(self._root, "include", "tweed", "core", "version.hpp"))
        self.version = re.search(r'"(\d+\.\d+\.\d+)"', header)[1]

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*"):
            copy(self, pattern, self._root, self.export_sources_folder)

    def requirements(self):
        self.requires("eigen/3.4.0", transitive_headers=True)
        if self.options.data or self.options.io or self.options.reporting:
            self.requires("zlib/[>=1.2.11 <2]", transitive_headers=True)
        if self.options.io or self.options.reporting:
            self.requires("nlohmann_json/[>=3.11 <4]", transitive_headers=True)
        if self.options.onnx or self.options.reporting:
            self.requires("protozero/[>=1.7 <2]", transitive_headers=True)
        if self.options.images or self.options.reporting:
            self.requires("libpng/[>=1.6 <2]", transitive_headers=True)
        if self.options.images:
            self.requires("libjpeg-turbo/[>=2 <4]", transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for kind in ("TESTS", "EXAMPLES", "BENCHMARKS", "DOCS"):
            toolchain.cache_variables[f"TWEED_BUILD_{kind}"] = False
        toolchain.generate()

    def build(self):
        CMake(self).configure()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_id(self):
        self.info.settings.clear()

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "tweed")
        self.cpp_info.bindirs = self.cpp_info.libdirs = []
        core = self.cpp_info.components["core"]
        core.set_property("cmake_target_name", "tweed::tweed")
        core.set_property("pkg_config_name", "tweed")
        core.requires = ["eigen::eigen"]
        for name, *libraries in (
            ("data", "zlib::zlib"),
            ("io", "nlohmann_json::nlohmann_json", "zlib::zlib"),
            ("onnx", "protozero::protozero"),
            ("images", "libpng::libpng", "libjpeg-turbo::jpeg"),
            ("reporting", "nlohmann_json::nlohmann_json", "zlib::zlib", "libpng::libpng",
             "protozero::protozero"),
        ):
            if self.options.get_safe(name):
                component = self.cpp_info.components[name]
                component.set_property("cmake_target_name", f"tweed::{name}")
                component.set_property("pkg_config_name", f"tweed-{name}")
                component.requires = ["core", *libraries]
