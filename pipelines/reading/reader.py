"""One page to one article: decode, parse once, ask the readers, name the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.reading import body as bodies
from pipelines.reading import bylines, metadata, outcomes, published, reference, times
from pipelines.reading.blocks import Layout, lay_out
from pipelines.reading.body import Body
from pipelines.reading.decode import decode, is_binary
from pipelines.reading.metadata import Declared
from pipelines.reading.tree import TooBigError, TooDeepError, parse
from pipelines.reading.values import weight
from pipelines.records import OK, Article, Page

if TYPE_CHECKING:
    from crawler.outlet import Outlet

UNSURE = 120.0
"""Weight (Han characters, or twice the words) of a body under which the reference reader is asked as well."""


def read_page(page: Page, outlet: Outlet | None, version: str) -> Article:
    """Read one fetched page; see :func:`pipelines.reading.read`."""
    if not page.body.strip():
        return Article(outcome="empty_page", reason="the page has no bytes")
    if is_binary(page.body):
        return Article(outcome="not_html", reason="the bytes are no text: an image, a PDF, an archive")
    decoded = decode(page.body, page.content_type)
    if decoded.damage > 0.2:
        return Article(outcome="undecodable", reason=f"no encoding reads it; {decoded.encoding} came nearest")
    early = outcomes.before_parsing(decoded.text, page.content_type)
    if early is not None:
        return Article(outcome=early.outcome, reason=early.reason)
    try:
        root = parse(decoded.text)
        if root is None:
            return Article(outcome="empty_page", reason="the page has no element and no text")
        declared = metadata.declare(root, page.url)
        layout = lay_out(root)
    except TooDeepError as error:
        return Article(outcome="too_deep", reason=str(error))
    except TooBigError as error:
        return Article(outcome="html_bomb", reason=str(error))
    return _article(page, outlet, version, decoded.text, declared, layout)


def _article(
    page: Page, outlet: Outlet | None, version: str, text: str, declared: Declared, layout: Layout
) -> Article:
    title = metadata.headline(declared, layout, [outlet.name] if outlet is not None else [])
    printed = title.printed if title is not None else ""
    anchor = bodies.headline_block(layout, printed)
    body = bodies.find(layout, printed, anchor)
    verdict = outcomes.judge(declared, layout, body, len(text), printed, anchor)
    if verdict is not None and verdict.outcome != "empty_body":
        return Article(
            outcome=verdict.outcome,
            reason=verdict.reason,
            title=title.clean if title is not None else None,
            title_as_printed=printed or None,
            canonical_url=metadata.canonical_url(declared),
            site_name=metadata.site_name(declared),
            extractor=f"reading/{version}",
        )
    content, extractor = _content(text, page.url, body)
    span = range(layout.nodes[body.node].first, layout.nodes[body.node].end) if body is not None else range(0)
    where = times.place(
        outlet.timezone if outlet is not None else None, page.url, _language(declared, content)
    )
    dates = published.read(declared, layout, anchor, span, where, page.fetched)
    empty = not content
    return Article(
        outcome="empty_body" if empty else OK,
        reason="no running text found" if empty else "",
        title=title.clean if title is not None else None,
        title_as_printed=printed or None,
        text=content or None,
        authors=bylines.read(declared, layout, anchor, span),
        published=dates.published,
        published_precision=dates.precision,
        modified=dates.modified,
        section=metadata.section(declared),
        image_url=metadata.image_url(declared),
        canonical_url=metadata.canonical_url(declared),
        site_name=metadata.site_name(declared),
        extractor=f"reading/{version} {extractor}; time: {dates.basis or 'none'}",
    )


def _content(text: str, url: str | None, body: Body | None) -> tuple[str, str]:
    """The body's text and who read it. The reference reader is asked where ours found little."""
    own = body.text if body is not None else ""
    if weight(own) >= UNSURE:
        return own, f"blocks share={body.share:.2f}" if body is not None else "blocks"
    other = reference.read(text, url)
    agreed = reference.agreement(own, other)
    if not own or (agreed < 0.5 and weight(other) > 3 * weight(own)):
        return other, f"{reference.name()} agreement={agreed:.2f}"
    return own, f"blocks agreement={agreed:.2f}"


def _language(page: Declared, text: str) -> str:
    """The page's language for the clock's sake: what the text's script says before what the page declares."""
    sample = text[:2000]
    if sample:
        if any("\u3040" <= char <= "\u30ff" for char in sample):
            return "ja"
        if sum("\uac00" <= char <= "\ud7a3" for char in sample) > 0.2 * len(sample):
            return "ko"
        if sum("\u4e00" <= char <= "\u9fff" for char in sample) > 0.3 * len(sample):
            return "zh"
        if page.language.lower().startswith(("zh", "ja", "ko")):
            return ""
    return page.language
