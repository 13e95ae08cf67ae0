#!/usr/bin/env python3
"""Checks that an HTML page is well formed and needs nothing from elsewhere: check_page.py FILE"""

import base64
import html.parser
import sys

VOID = {"meta", "img", "br", "link"}
SVG_EMPTY = {"line", "polyline", "polygon", "circle", "rect", "path"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen, self.pictures = [], set(), 0

    def handle_startendtag(self, tag, attributes):
        assert tag in SVG_EMPTY, f"<{tag}/>"
        self.check(tag, attributes)

    def handle_starttag(self, tag, attributes):
        self.check(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> at {self.getpos()}"

    def check(self, tag, attributes):
        self.seen.add(tag)
        assert tag not in {"script", "link", "iframe", "object"}, tag
        for name, value in attributes:
            assert not name.startswith("on") and "nan" not in value, value
            assert "http" not in value or name == "xmlns", value  # a name, not an address
            assert "url(" not in value and name != "href", value
            if name == "src":
                kind, content = value.split(",", 1)
                assert kind == "data:image/png;base64", kind
                assert base64.b64decode(content, validate=True).startswith(b"\x89PNG")
                self.pictures += 1


with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
page = Page()
page.feed(text)
page.close()
assert not page.open, f"left open: {page.open}"
assert text.startswith("<!doctype html>") and "url(" not in text and "@import" not in text
assert {"title", "style", "h1"} <= page.seen, page.seen
