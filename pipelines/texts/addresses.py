"""When two URLs are the same address."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

# Parameters that say where a reader came from, not which page it is.
_TRACKING = frozenset(
    [
        "fbclid",
        "gclid",
        "igshid",
        "mc_cid",
        "mc_eid",
        "ref",
        "ref_src",
        "spm",
        "share",
        "source",
        "from_source",
        "ncid",
        "cmpid",
        "ocid",
        "ito",
        "smid",
        "src",
        "chdtv",
    ]
)
_TRACKING_PREFIXES = ("utm_", "at_", "maca")


def same_address(url: str | None) -> str | None:
    """``url`` without scheme, ``www.``, fragment, tracking parameters and closing slash; ``None`` for no address."""
    if not url or not url.strip():
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # an unclosed IPv6 bracket: not an address, and no reason to lose the article
        return url.strip()
    if not parts.netloc:
        return url.strip()
    host = parts.netloc.lower().rpartition("@")[2].removeprefix("www.")
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in _TRACKING and not name.lower().startswith(_TRACKING_PREFIXES)
    ]
    path = parts.path.rstrip("/")
    return host + path + ("?" + urlencode(sorted(query)) if query else "")
