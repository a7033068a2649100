"""The headline: as the page prints it, and clean of the outlet's name and section."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.reading.blocks import Layout
from pipelines.reading.tree import inner_text, squeeze

MAX_TITLE = 300
_WORD = re.compile(r"\w")
_SEPARATOR = re.compile(r"\s*(?:--+|——|[|｜丨_»«·•]|(?<=\s)[-–—:：](?=\s)|\s[-–—]|[-–—]\s)\s*")
_LAST_HYPHEN = re.compile(r"\s*[-–—]\s*(?=[^-–—]+$)")
_LOOSE_END = re.compile(r"[\s\-–—|｜_]+$")
_NO_HEADLINE = re.compile(r"\s*[-–—|｜_]")
"""How a ``<title>`` starts whose template found no headline to put before the site's name."""
_SITE_WORD = re.compile(
    r"网|網|新闻|新聞|资讯|資訊|频道|頻道|日报|日報|时报|時報|晚报|晚報|早报|导报|報$|报$|社$|电视|電視|客户端|客戶端|公众号|中国$|"
    r"之声|之聲|在线|在線|論壇|论坛|财经$|財經$|文汇|文匯|平台|\.(?:com|net|org|cn|hk|tw)\b|"
    r"\b(?:news|times|post|daily|tv|herald|tribune|journal|magazine|online|gazette|press|today|wire)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Title:
    """``clean`` without furniture, ``printed`` as the page shows it."""

    clean: str
    printed: str


def key(text: str) -> str:
    """Letters and digits only, lower case: for comparing two spellings of a headline."""
    return "".join(_WORD.findall(text.lower())).replace("_", "")


def strip_site(title: str, names: Iterable[str] = ()) -> str:
    """``title`` without trailing parts that name the site, its section or its slogan.

    A part goes when it is one of ``names``, or short and looks like an outlet's name, or stands behind ``_``, ``|`` or
    ``--``, which headlines hardly use themselves. The headline keeps at least a third of what was printed.
    """
    known = {key(name) for name in names if name and key(name)}
    text = _before_site(_LOOSE_END.sub("", squeeze(title)) or squeeze(title), known)
    while True:
        cuts = list(_SEPARATOR.finditer(text))
        hyphen = _LAST_HYPHEN.search(text)
        cut = cuts[-1] if cuts else None
        if hyphen and (cut is None or hyphen.start() >= cut.end()):
            cut = hyphen
        if cut is None or cut.start() == 0:
            return text
        head, tail = _LOOSE_END.sub("", text[: cut.start()]), text[cut.end() :].strip()
        named = key(tail) in known or not key(tail)
        strong = bool(re.search(r"[|｜丨_»«]|--", cut.group()))
        short = _short(tail)
        if len(key(head)) < 4 or not (named or (short and strong) or (short and _SITE_WORD.search(tail))):
            return text
        if not named and len(key(head)) < len(key(tail)):
            return text
        text = head


def _short(part: str) -> bool:
    """Whether a part is as short as names of sites and sections are."""
    return sum(char > "\u2e80" for char in part) <= 10 and len(part.split()) <= 4 and len(part) <= 30


def _before_site(text: str, known: set[str]) -> str:
    """``text`` cut before the site's name where only its sections follow: ``headline - 某某网 - 国际``."""
    cuts = list(_SEPARATOR.finditer(text))
    ends = [*(cut.start() for cut in cuts), len(text)]
    parts = [text[cut.end() : end].strip() for cut, end in zip(cuts, ends[1:], strict=True)]
    for at, cut in enumerate(cuts[:-1]):
        site = key(parts[at]) in known or (_short(parts[at]) and _SITE_WORD.search(parts[at]))
        if site and len(key(text[: cut.start()])) >= 8 and all(_short(part) for part in parts[at + 1 :]):
            return _LOOSE_END.sub("", text[: cut.start()])
    return text


def headings(layout: Layout) -> tuple[list[str], list[str]]:
    """Texts of the page's visible headings, and of visible elements whose name says title, in document order."""
    real: list[str] = []
    named: list[str] = []
    for node in layout.nodes:
        heading = node.tag in ("h1", "h2", "h3", "h4")
        if not heading:
            if (
                node.end - node.first > 3
                or node.names == " "
                or node.tag in ("a", "section", "article", "li")
            ):
                continue
            names = node.names.lower()
            if "title" not in names and "headline" not in names and "biaoti" not in names:
                continue
        text = inner_text(node.element) if node.end > node.first else ""
        if 2 <= len(text) <= MAX_TITLE:
            (real if heading else named).append(text)
            if len(real) + len(named) > 300:
                break
    return real, named


def choose(
    *,
    shown: list[str],
    named: list[str],
    declared: list[str],
    document_title: str,
    first_h1: str,
    names: Iterable[str] = (),
) -> Title | None:
    """The headline among what the page shows (headings), declares (JSON-LD, og:) and puts into ``<title>``.

    A shown heading that ``<title>`` or a declared headline confirms is the headline as printed. Declared ones come
    next: they may be cut or written for search engines. ``<title>`` serves cleaned.
    """
    names = list(names)
    title = "" if _NO_HEADLINE.match(document_title) else squeeze(document_title)
    bare = strip_site(title, names)
    witnesses = [key(text) for text in (title, *declared) if key(text)]
    best, best_size = _confirmed(shown, witnesses)
    if best_size < 8:
        best, best_size = max((best, best_size), _confirmed(named, witnesses), key=lambda found: found[1])
    cleaned = [strip_site(text, names) for text in declared if key(text)]
    # a heading that is only the section's or the site's name is confirmed too, but short beside the headline
    longest = max((len(key(text)) for text in [*cleaned, bare]), default=0)
    if best and (best_size >= 0.6 * longest or (best_size >= 8 and best_size >= 0.45 * longest)):
        return Title(strip_site(best, names) if best_size > 12 else best, best)
    leading = key(first_h1)
    if (
        len(leading) >= 3
        and leading not in {key(name) for name in names}
        and key(title).startswith(leading)
        and any(leading in key(text) for text in declared)
    ):
        return Title(first_h1, first_h1)  # a short headline before a long name of the site
    if first_h1 and witnesses and _similar(leading, witnesses) >= 0.6:
        return Title(first_h1, first_h1)
    for text, printed in zip(cleaned, [text for text in declared if key(text)], strict=True):
        if len(key(text)) >= 0.5 * len(key(bare)) or not bare:
            return Title(text, printed)
    if bare:
        return Title(bare, title)
    return Title(first_h1, first_h1) if first_h1 else None


def _confirmed(texts: list[str], witnesses: list[str]) -> tuple[str, int]:
    """The longest text that a witness holds, and its length in letters and digits."""
    best, best_size = "", 0
    for text in texts:
        found = key(text)
        if len(found) > best_size and any(found in witness for witness in witnesses):
            best, best_size = text, len(found)
    return best, best_size


def _similar(text: str, witnesses: list[str]) -> float:
    pairs = {text[i : i + 2] for i in range(len(text) - 1)}
    if not pairs:
        return 0.0
    return max(
        2 * len(pairs & (other := {w[i : i + 2] for i in range(len(w) - 1)})) / (len(pairs) + len(other))
        if len(w) > 1
        else 0.0
        for w in witnesses
    )
