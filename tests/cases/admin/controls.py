"""The links and buttons of a page as somebody who hears it has them: by name, and where each leads."""

from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser

ALONE = {"input", "img", "br", "link", "meta", "hr", "source", "col"}


class _Controls(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found: list[tuple[str, tuple, str]] = []  # name, target, key
        self._forms: list[dict] = []
        self._open: list[list] = []  # the control that is being read: attributes and words
        self._unheard: list[str] = []  # what is inside of something that nobody hears
        self._path: list[str] = []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in ALONE:
            self._path.append(tag)
        if self._unheard:
            return
        if tag not in ALONE and (
            tag in {"script", "style", "template"} or attrs.get("aria-hidden") == "true"
        ):
            self._unheard = self._path[:]
        elif tag == "form":
            self._forms.append({"action": attrs.get("action", ""), "values": []})
        elif tag == "input" and attrs.get("type") == "hidden" and self._forms:
            if attrs.get("name") != "csrfmiddlewaretoken":
                self._forms[-1]["values"].append((attrs.get("name"), attrs.get("value")))
        elif tag == "img" and self._open:
            self._open[-1][2].append(attrs.get("alt", ""))
        elif (
            tag in {"a", "button"}
            and not {"th", "thead"} & set(self._path)
            and (tag == "button" or "href" in attrs)
        ):
            self._open.append([tag, attrs, []])

    def handle_endtag(self, tag):
        if tag in ALONE or tag not in self._path:
            return
        while self._path.pop() != tag:
            pass
        if self._unheard:
            if len(self._path) < len(self._unheard):
                self._unheard = []
        elif tag == "form" and self._forms:
            self._forms.pop()
        elif self._open and self._open[-1][0] == tag:
            self._close(*self._open.pop())

    def handle_data(self, data):
        if not self._unheard and self._open:
            self._open[-1][2].append(data)

    def _close(self, tag: str, attrs: dict, words: list[str]) -> None:
        name = attrs.get("aria-label") or " ".join("".join(words).split()) or attrs.get("title", "")
        if tag == "a":
            target = (attrs["href"],)
        else:
            form = self._forms[-1] if self._forms else {"action": "", "values": []}
            action = attrs.get("formaction") or form["action"]
            target = (action, *form["values"], attrs.get("name"), attrs.get("value"))
        self.found.append((f"{tag} {name}", target, attrs.get("data-key", "")))


def controls(page: str) -> Iterator[tuple[str, tuple, str]]:
    """Name, target and key of each link and button; the target of a button is its form with what it sends."""
    parser = _Controls()
    parser.feed(page)
    yield from parser.found


def confused(page: str) -> dict[str, set[tuple]]:
    """Names and keys that stand for more than one target.

    Figures and dates in the cells of a table are named by the heads of their row and column.
    """
    names, keys = defaultdict(set), defaultdict(set)
    for name, target, key in controls(page):
        if any(sign.isalpha() for sign in name.partition(" ")[2]):
            names[name].add(target)
        if key:
            keys[f"key {key}"].add(target)
    return {name: targets for name, targets in {**names, **keys}.items() if len(targets) > 1}
