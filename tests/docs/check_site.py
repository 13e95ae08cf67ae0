#!/usr/bin/env python3
"""check_site.py FOLDER: fails if the site in FOLDER has a broken link, or a page that fetches
scripts, styles, fonts or pictures from elsewhere. Links to other sites are not followed."""

import functools
import pathlib
import re
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

FETCHED = {"script": "src", "img": "src", "source": "src", "iframe": "src", "link": "href"}
STYLE_URL = re.compile(r"""@import\s+["']([^"']+)|(--[\w-]+:\s*)?url\(\s*["']?([^"')]+)""")


class Page(HTMLParser):
    """The anchors of a page, and what it links to and fetches: (line, address)."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.fetched = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        line = self.getpos()[0]
        self.anchors.update(attributes[key] for key in ("id", "name") if attributes.get(key))
        if tag == "a" and attributes.get("href"):
            self.links.append((line, attributes["href"]))
        elif tag == "link" and attributes.get("rel") in ("prev", "next", "canonical", "alternate"):
            self.links.append((line, attributes["href"]))
        elif attributes.get(FETCHED.get(tag)):
            self.fetched.append((line, attributes[FETCHED[tag]]))

    handle_startendtag = handle_starttag


@functools.cache
def page_of(path):
    return Page(path.read_text())


def is_elsewhere(address):
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "file")


def fault_of(root, path, address):
    """What is wrong with a link from the page `path`, or None."""
    parts = urlsplit(address)
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if parts.path.startswith("/") or not target.is_relative_to(root):
        return "leads out of the site"
    if not target.is_file():
        return "there is no such file"
    anchor = unquote(parts.fragment)
    if anchor and target.suffix == ".html" and anchor not in page_of(target).anchors:
        return "there is no such place on the page"
    return None


def faults_of_page(root, path):
    page = page_of(path)
    for line, address in page.links + page.fetched:
        if address.startswith(("javascript:", "data:", "mailto:", "#__")):
            continue
        if not is_elsewhere(address):
            if fault := fault_of(root, path, address):
                yield f"{path}:{line}: {address}: {fault}"
        elif (line, address) in page.fetched:
            yield f"{path}:{line}: {address}: it is fetched from elsewhere"


def faults_of_style(root, path):
    for match in STYLE_URL.finditer(path.read_text()):
        address, is_variable = match[1] or match[3], bool(match[2])
        if address.startswith(("data:", "#")):
            continue
        if is_elsewhere(address):
            yield f"{path}: {address}: it is fetched from elsewhere"
        elif is_variable:
            continue  # Doxygen's name files for searches and folders that the site does without
        elif fault := fault_of(root, path, address):
            yield f"{path}: {address}: {fault}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = pathlib.Path(sys.argv[1]).resolve()
    pages = sorted(path for path in root.rglob("*.html") if path.name != "404.html")
    if not pages:
        sys.exit(f"{root}: there are no pages")
    faults = [fault for path in pages for fault in faults_of_page(root, path)]
    styles = sorted(root.rglob("*.css"))
    faults += [fault for path in styles for fault in faults_of_style(root, path)]
    done = f"{len(pages)} pages, no broken link, nothing fetched from elsewhere"
    print("\n".join(faults) or done)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
