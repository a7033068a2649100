"""One page to one article: decode, parse once, ask the readers, name the outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.reading import body as bodies
from pipelines.reading import bylines, metadata, outcomes, outlet_rules, published, reference, times
from pipelines.reading.blocks import lay_out
from pipelines.reading.body import Body
from pipelines.reading.decode import decode, is_binary
from pipelines.reading.metadata import Declared
from pipelines.reading.titles import Title
from pipelines.reading.tree import Element, TooBigError, TooDeepError, parse
from pipelines.reading.values import weight
from pipelines.records import OK, Article, Page

if TYPE_CHECKING:
    from crawler.outlet import Outlet

UNSURE = 120.0
"""Weight (Han characters, or twice the words) of a body under which the reference reader is asked as well."""
UNSURE_SHARE = 0.5
"""The same for the part of the page's running text that the body's container holds."""


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
        return _Reading(page, outlet, version, decoded.text, root).article()
    except TooDeepError as error:
        return Article(outcome="too_deep", reason=str(error))
    except TooBigError as error:
        return Article(outcome="html_bomb", reason=str(error))


class _Reading:
    """One page being read: the tree and its layout, shared by all who ask."""

    def __init__(self, page: Page, outlet: Outlet | None, version: str, text: str, root: Element) -> None:
        self.page, self.outlet, self.version, self.text = page, outlet, version, text
        self.layout = lay_out(root)
        self.declared = metadata.declare(root, page.url)
        self.refused: outcomes.Verdict | None = None
        self.hints: outlet_rules.Hints | None = None
        if outlet is not None:
            self.refused = outlet_rules.refuse(outlet, self.declared, text, self.layout)
            day = published.first_day(self.declared, page.fetched)
            fetched = page.fetched.date() if page.fetched is not None else None
            self.hints = outlet_rules.hints(outlet, self.declared, day, fetched)
            self.layout = lay_out(root)  # without what the outlet calls furniture
        self.title = self._title()
        self.printed = self.title.printed if self.title is not None else ""
        self.anchor = bodies.headline_block(self.layout, self.printed)

    def article(self) -> Article:
        """The article, or the named reason why the page is none."""
        body, verdict = self._judged()
        if verdict is not None and verdict.outcome == "empty_body":
            # some pages keep their text hidden until a script shows it
            self.layout = lay_out(self.declared.root, hidden=True)
            self.anchor = bodies.headline_block(self.layout, self.printed)
            body, verdict = self._judged()
        if verdict is not None and verdict.outcome != "empty_body":
            return self._no_article(verdict.outcome, verdict.reason)
        nodes = self.layout.nodes
        text, readers, ruled = self._text(body)
        if not text:
            return self._no_article("empty_body", "no running text found")
        base = ruled or body
        span = range(nodes[base.node].first, nodes[base.node].end) if base is not None else range(0)
        zone = self.outlet.timezone if self.outlet is not None else None
        address = self.page.url or metadata.canonical_url(self.declared)
        where = times.place(zone, address, _language(self.declared, text))
        dates = published.read(
            self.declared, self.layout, self.anchor, span, where, self.page.fetched, self.hints
        )
        known = None
        if self.hints is not None:
            known = outlet_rules.authors(
                self.hints, [block.text for block in self.layout.blocks[span.start : span.stop]]
            )
        return replace(
            self._no_article(OK, ""),
            text=text,
            authors=bylines.read(self.declared, self.layout, self.anchor, span, known),
            published=dates.published,
            published_precision=dates.precision,
            modified=dates.modified,
            image_url=self._image()
            or metadata.original_image(metadata.body_image(self.layout, span, self.page.url)),
            extractor=f"reading/{self.version} {readers}; time: {dates.basis or 'none'}",
        )

    def _judged(self) -> tuple[Body | None, outcomes.Verdict | None]:
        body = bodies.find(self.layout, self.printed, self.anchor)
        if self.refused is not None:
            return body, self.refused
        return body, outcomes.judge(
            self.declared, self.layout, body, len(self.text), self.printed, self.anchor
        )

    def _title(self) -> Title | None:
        if self.hints is not None and self.hints.title is not None:
            return self.hints.title
        title = metadata.headline(self.declared, self.layout, [self.outlet.name] if self.outlet else [])
        if title is None or self.outlet is None:
            return title
        cleaned = outlet_rules.clean_title(self.outlet, title.clean)
        return Title(cleaned.clean, title.printed) if cleaned is not None else title

    def _no_article(self, outcome: str, reason: str) -> Article:
        """What is known of the page besides body, time and authors."""
        hints = self.hints
        return Article(
            outcome=outcome,
            reason=reason,
            title=self.title.clean if self.title is not None else None,
            title_as_printed=self.printed or None,
            section=metadata.section(self.declared) or (hints.section if hints is not None else None),
            image_url=self._image(),
            canonical_url=self._canonical(),
            site_name=metadata.site_name(self.declared),
            extractor=f"reading/{self.version}",
        )

    def _image(self) -> str | None:
        found = metadata.image_url(self.declared) or (self.hints.image if self.hints is not None else None)
        return metadata.original_image(found)

    def _canonical(self) -> str | None:
        """The outlet's own spelling of the address where it claims it, else what the page declares."""
        declared = metadata.canonical_url(self.declared)
        if self.outlet is None:
            return declared
        from crawler.outlets import identify

        for address in (self.page.url, declared):
            found = identify(address) if address else None
            if found is not None and found.outlet_id == self.outlet.key and found.article_id:
                return found.canonical_url
        return declared

    def _text(self, body: Body | None) -> tuple[str, str, Body | None]:
        """The article's text, who read it and how far the readers agree, and the body by the outlet's rules.

        The outlet's rules come first; then our reader over the blocks. The reference reader is asked where ours found
        little, and taken where the two differ and its text speaks clearly more of headline and description.
        """
        own = body.text if body is not None else ""
        if self.hints is not None and self.hints.markup is not None:
            containers = outlet_rules.blocks_of(self.hints, self.layout)
            if containers:
                ruled = bodies.inside(self.layout, containers, self.printed, self.anchor)
                paragraphs = outlet_rules.tidy(self.hints.markup, ruled.text.split("\n"))
                text = "\n".join(outlet_rules.without_byline(self.hints.markup, paragraphs))
                if text:
                    agreed = reference.agreement(text, own)
                    return text, f"outlet {self.hints.outlet.key}, agreement={agreed:.2f} with blocks", ruled
            own = "\n".join(outlet_rules.tidy(self.hints.markup, own.split("\n")))
        share = body.share if body is not None else 0.0
        if weight(own) >= UNSURE and share >= UNSURE_SHARE:
            return own, f"blocks share={share:.2f}", None
        other = reference.read(self.text, self.page.url)
        agreed = reference.agreement(own, other)
        if agreed < 0.5 and self._speaks_of_it(other) > self._speaks_of_it(own) + 0.15:
            return other, f"{reference.name()} agreement={agreed:.2f} with blocks", None
        return own, f"blocks share={share:.2f} agreement={agreed:.2f} with {reference.name()}", None

    def _speaks_of_it(self, text: str) -> float:
        """Share of the pairs of letters of headline and description that a text holds: which of two texts is meant."""
        meant = f"{self.printed} {self.declared.first('og:description', 'description')[:200]}".lower()
        pairs = {meant[at : at + 2] for at in range(len(meant) - 1) if meant[at : at + 2].isalnum()}
        low = text.lower()
        return sum(pair in low for pair in pairs) / len(pairs) if pairs and text else 0.0


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
