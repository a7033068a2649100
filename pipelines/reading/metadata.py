"""Everything a page says about its article besides the body."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

from pipelines.reading import structured, titles
from pipelines.reading.blocks import Layout
from pipelines.reading.structured import Node
from pipelines.reading.tables import words
from pipelines.reading.tree import Element, inner_text, squeeze


@dataclass(slots=True)
class Declared:
    """The machine-readable side of a page, read once."""

    root: Element
    url: str | None
    nodes: list[Node] = field(default_factory=list)
    meta: dict[str, list[str]] = field(default_factory=dict)
    article: Node = field(default_factory=dict)
    document_title: str = ""
    language: str = ""

    def first(self, *names: str) -> str:
        return structured.first(self.meta, *names)


def declare(root: Element, url: str | None) -> Declared:
    """Read JSON-LD, meta tags, ``<title>`` and the declared language of a page."""
    nodes, meta = structured.json_ld(root), structured.meta(root)
    title = root.find(".//head/title")
    if title is None:
        title = root.find(".//title")
    document_title = inner_text(title)[:1000] if title is not None else ""
    hints = [document_title, structured.first(meta, "og:title")]
    language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    return Declared(
        root=root,
        url=url,
        nodes=nodes,
        meta=meta,
        article=structured.article_node(nodes, hints),
        document_title=document_title,
        language=language or structured.first(meta, "content-language", "og:locale"),
    )


def site_name(page: Declared) -> str | None:
    """The outlet's name as the page declares it."""
    name = page.first("og:site_name", "application-name", "al:android:app_name")
    if not name:
        publisher = page.article.get("publisher")
        name = structured.text_of(publisher) if publisher else ""
    return name if name and "://" not in name and len(name) <= 80 else None


def section(page: Declared) -> str | None:
    """The section: declared, else the last but one crumb of a declared breadcrumb list."""
    value = structured.text_of(page.article.get("articleSection")) or page.first(
        "article:section",
        "section",
        "og:article:section",
        "category",
        "parsely-section",
        "sailthru.section",
        "channel",
    )
    if not value:
        for node in page.nodes:
            if "breadcrumblist" in structured.types(node) and isinstance(node.get("itemListElement"), list):
                crumbs = [
                    structured.text_of(item.get("name") or item.get("item"))
                    for item in node["itemListElement"]
                    if isinstance(item, dict)
                ]
                crumbs = [crumb for crumb in crumbs if crumb and "://" not in crumb]
                headline = titles.key(page.document_title)
                crumbs = [
                    crumb for crumb in crumbs[1:] if titles.key(crumb) not in headline or len(crumb) < 8
                ]
                value = crumbs[-1] if crumbs else ""
                break
    value = squeeze(value)
    return value if 0 < len(value) <= 60 and "://" not in value else None


def image_url(page: Declared) -> str | None:
    """The lead image's absolute address."""
    image = page.article.get("image") or page.article.get("thumbnailUrl")
    if isinstance(image, list):
        image = image[0] if image else None
    if isinstance(image, dict):
        image = structured.text_of(image.get("contentUrl") or image.get("url") or image.get("@id"))
    candidates = [
        page.first("og:image", "og:image:url", "og:image:secure_url"),
        str(image or ""),
        page.first("twitter:image", "twitter:image:src"),
    ]
    return next((found for candidate in candidates if (found := absolute(candidate, page.url))), None)


_NO_PICTURE = re.compile(
    r"logo|icon|avatar|qr_?code|erweima|blank|spacer|pixel|loading|placeholder|button|share|\.(?:gif|svg)(?:$|\?)",
    re.IGNORECASE,
)


def body_image(layout: Layout, blocks: range, url: str | None) -> str | None:
    """The first picture inside the body, for pages that declare none; lazy-loading attributes count."""
    for node in layout.nodes:
        if node.tag != "img" or not blocks.start <= node.first < blocks.stop:
            continue
        element = node.element
        if any(
            (element.get(side) or "").isdigit() and int(element.get(side) or 0) < 120
            for side in ("width", "height")
        ):
            continue
        for name in ("data-src", "data-original", "data-lazy-src", "src"):
            found = absolute(element.get(name), url)
            if found and not _NO_PICTURE.search(found):
                return found
    return None


def canonical_url(page: Declared) -> str | None:
    """``link rel=canonical``, else ``og:url``, made absolute; never one that is only the site's root."""
    links = [
        link.get("href", "")
        for link in page.root.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    for candidate in [*links, page.first("og:url")]:
        found = absolute(candidate, page.url)
        if found and (urlsplit(found).path.strip("/") or urlsplit(found).query):
            return found
    return None


def original_image(address: str | None) -> str | None:
    """The picture behind a resizing proxy (``…?url=<original>``), and without a template's open placeholder."""
    if not address:
        return address
    for name, value in parse_qsl(urlsplit(address).query):
        if name in ("url", "u", "src", "image") and re.match(
            r"https?://.*\.(?:jpe?g|png|webp)", value, re.IGNORECASE
        ):
            return value
    return address.replace("${formatId}", "605")  # dw.com: any of its picture sizes


def absolute(address: str | None, base: str | None) -> str | None:
    """An http(s) address made absolute, or ``None``."""
    address = (address or "").strip()
    if not address or address.startswith(("data:", "javascript:", "about:", "file:", "blob:")):
        return None
    try:
        found = urljoin(base or "", address)
        if found.startswith("//"):
            found = "https:" + found
        parts = urlsplit(found)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme in ("http", "https") and host:
        return found
    if not parts.scheme and "." in found.split("/")[0] and "/" in found:  # og:url without a scheme
        return "https://" + found
    return None


def headline(page: Declared, layout: Layout, outlet_names: list[str]) -> titles.Title | None:
    """The headline of the page."""
    declared = [
        structured.text_of(page.article.get("headline")),
        page.first("og:title"),
        page.first("twitter:title"),
    ]
    declared += [page.first("articletitle"), page.first("headline")]
    names = [*outlet_names, site_name(page) or "", section(page) or "", *_host_names(page.url)]
    shown, named = titles.headings(layout)
    first = next(
        (inner_text(node.element) for node in layout.nodes if node.tag == "h1" and node.end > node.first), ""
    )
    return titles.choose(
        shown=shown,
        named=named,
        declared=[text for text in declared if text],
        document_title=page.document_title,
        first_h1=first[: titles.MAX_TITLE],
        names=[name for name in names if name],
    )


def _host_names(url: str | None) -> list[str]:
    """How a site may call itself by its address: ``www.example.co.uk`` is Example, Example.co.uk or www.example.co.uk."""
    host = (urlsplit(url).hostname or "") if url else ""
    labels = [label for label in host.split(".") if label not in ("www", "m", "amp")]
    if len(labels) < 2:
        return []
    generic = words("declared.toml", "generic_hosts")
    named = [label for label in labels[:-1] if len(label) > 2 and label not in generic]
    return [host, ".".join(labels), *named, *(".".join(labels[at:]) for at in range(1, len(labels) - 1))]
