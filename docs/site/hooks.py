"""What mkdocs does for tweed besides: formulas, the reference manual, the changelog."""

import html
import pathlib
import re

from latex2mathml.converter import convert
from mkdocs.structure.files import File

ROOT = pathlib.Path(__file__).parents[2]
MATH_FONT = pathlib.Path("/usr/share/fonts/opentype/stix-word/STIXMath-Regular.otf")
FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\\[(\[](?P<tex>.*?)\\[)\]]</(?P=tag)>', re.DOTALL
)
FORMULA_BLOCK = re.compile(r"^```math\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"^<!-- (?:snippet|installation): .* -->\n", re.MULTILINE)


def on_config(config):
    """Every page says which version it is about."""
    header = (ROOT / "include/tweed/core/version.hpp").read_text()
    config.copyright = "tweed " + re.search(r'version = "(.*)"', header)[1]
    return config


def on_files(files, config):
    """Adds the manual that Doxygen wrote, so that links into it are checked, and a font for
    formulas, which not every system has."""
    manual = ROOT / "build/docs/api"
    added = {path: f"api/{path.relative_to(manual).as_posix()}" for path in manual.rglob("*")}
    added[MATH_FONT] = f"site/assets/{MATH_FONT.name}"
    for path, name in sorted(added.items()):
        if path.is_file():
            files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown, page, **_):
    """Leaves out the marks for tests, and puts the changelog where it is spoken of."""
    if page.is_homepage:
        page.meta["hide"] = ["navigation"]
    if page.file.src_uri == "stability.md":
        changelog = (ROOT / "CHANGELOG.md").read_text().split("\n", 1)[1]
        markdown += re.sub(r"^##", "###", changelog, flags=re.MULTILINE)
    markdown = FORMULA_BLOCK.sub(r"$$\n\1\n$$", markdown)
    return MARK.sub("", markdown)


def on_page_content(content, **_):
    """TeX becomes MathML, which browsers show without a script."""

    def mathml(match):
        display = "block" if match["tag"] == "div" else "inline"
        return convert(html.unescape(match["tex"]).strip(), display=display)

    return FORMULA.sub(mathml, content)
