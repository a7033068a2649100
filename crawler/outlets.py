"""All outlets, and the outlet and article that a URL belongs to. Imports nothing of Scrapy."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import parse_qsl, quote, quote_from_bytes, unquote, unquote_to_bytes, urlencode, urlsplit

from crawler.outlet import Outlet, PageKind, UrlPattern

TRACKING_PARAMS = frozenset(
    [
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_term",
        "utm_content",
        "utm_id",
        "utm_name",
        "fbclid",
        "gclid",
        "dclid",
        "msclkid",
        "yclid",
        "mc_cid",
        "mc_eid",
        "igshid",
        "_ga",
        "_gl",
        "spm",
        "ref_src",
        "ref_url",
        "cmpid",
        "ocid",
    ]
)
"""Query parameters that say who sent the reader, at any outlet."""

MAX_URL = 2_000
"""Characters; a longer URL identifies nothing."""

_PATH_SAFE = "/:@!$&'()*+,;=~-._"


class UnknownOutletError(KeyError):
    """No outlet has this key."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a URL is."""

    outlet_id: str
    article_id: str | None
    """``<outlet>:<the outlet's own id>``; ``None`` where the URL is no article."""
    canonical_url: str
    kind: PageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanUrl:
    """A URL in one spelling."""

    host: str
    path: str
    params: tuple[tuple[str, str], ...]
    port: int | None

    def url(self, keep: Iterable[tuple[str, str]]) -> str:
        query = urlencode(list(keep))
        port = f":{self.port}" if self.port else ""
        return f"https://{self.host}{port}{self.path}" + (f"?{query}" if query else "")


def clean_url(url: str) -> CleanUrl | None:
    """Spell ``url`` in one way: https, host in lower case and IDNA, default port dropped, path percent-encoded once in
    upper-case hex, no fragment. ``None`` where it is no http URL."""
    url = url.strip()
    if len(url) > MAX_URL:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii").lower()
    except ValueError:  # includes UnicodeError: a host that is no host, a port that is no number
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    if port in (80, 443):
        port = None
    path = quote_from_bytes(unquote_to_bytes(parts.path), safe=_PATH_SAFE) or "/"
    return CleanUrl(
        host=host, path=path, params=tuple(parse_qsl(parts.query, keep_blank_values=True)), port=port
    )


def request_url(url: str) -> str:
    """``url`` as it can be asked for: raw Chinese and blanks percent-encoded, what is encoded already left alone."""
    return quote(url.strip(), safe="%/:=&?~#+!$,;'@()*[]-._")


class Registry:
    """A set of outlets and the index from URL to outlet and article."""

    def __init__(self, outlets: Iterable[Outlet]) -> None:
        self.outlets: Mapping[str, Outlet] = MappingProxyType({o.key: o for o in outlets})
        self._exact: dict[str, list[Outlet]] = {}
        self._suffix: list[tuple[str, Outlet]] = []
        for outlet in self.outlets.values():
            for host in outlet.hosts:
                if host.startswith("."):
                    self._suffix.append((host, outlet))
                else:
                    self._exact.setdefault(host, []).append(outlet)
        self._patterns = {
            o.key: [(u, re.compile(u.host), re.compile(u.path), _compiled(u.query)) for u in o.urls]
            for o in self.outlets.values()
        }
        self._listings = {
            _listing_key(page): o.key for o in self.outlets.values() for w in o.ways for page in w.pages()
        }

    def get(self, key: str) -> Outlet:
        """The outlet ``key``.

        Raises:
            UnknownOutletError: with the nearest names.
        """
        if key in self.outlets:
            return self.outlets[key]
        near = get_close_matches(key, self.outlets, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"known are: {', '.join(self.outlets)}."
        raise UnknownOutletError(f"There is no outlet {key!r}; {hint}")

    def claimants(self, url: str) -> list[tuple[Outlet, UrlPattern, dict[str, str]]]:
        """Every outlet and pattern that claims ``url``, with the named groups: one at most, or two facts are wrong."""
        cleaned = clean_url(url)
        if cleaned is None or cleaned.port is not None:
            return []
        return [found for outlet in self._candidates(cleaned) if (found := self._match(outlet, cleaned))]

    def identify(self, url: str) -> Identity | None:
        """The outlet and article that ``url`` belongs to; ``None`` where no outlet owns it."""
        cleaned = clean_url(url)
        if cleaned is None or cleaned.port is not None:
            return None
        candidates = self._candidates(cleaned)
        for candidate in candidates:
            found = self._match(candidate, cleaned)
            if found:
                return self._identity(cleaned, *found)
        owner = self._listings.get(_listing_key(url))
        outlet: Outlet | None = self.outlets[owner] if owner else _nearest(candidates, cleaned.path)
        if outlet is None:
            return None
        kind: PageKind = "listing" if owner else "other"
        return Identity(
            outlet_id=outlet.key, article_id=None, canonical_url=_kept(cleaned, outlet), kind=kind
        )

    def _candidates(self, cleaned: CleanUrl) -> list[Outlet]:
        return self._exact.get(cleaned.host, []) + [
            outlet for host, outlet in self._suffix if cleaned.host.endswith(host) or cleaned.host == host[1:]
        ]

    def _match(self, outlet: Outlet, cleaned: CleanUrl) -> tuple[Outlet, UrlPattern, dict[str, str]] | None:
        path = cleaned.path.rstrip("/") or "/"
        params = dict(cleaned.params)
        for pattern, host, path_re, query in self._patterns[outlet.key]:
            in_host = host.fullmatch(cleaned.host)
            in_path = in_host and path_re.fullmatch(path)
            if not in_host or not in_path:
                continue
            values = {name: params.get(name, "") for name in query}
            if all(query[name].fullmatch(value) for name, value in values.items()):
                groups = {**in_host.groupdict(default=""), **in_path.groupdict(default=""), **values}
                return outlet, pattern, groups
        return None

    def _identity(
        self, cleaned: CleanUrl, outlet: Outlet, pattern: UrlPattern, groups: dict[str, str]
    ) -> Identity:
        canonical = pattern.canonical.format(**groups) if pattern.canonical else _kept(cleaned, outlet)
        canonical = re.sub(r"(?<!:)//+", "/", canonical)  # an optional part, as DW's slug, may be empty
        own_id = f"{outlet.key}:{unquote(pattern.id.format(**groups))}" if pattern.kind == "article" else None
        return Identity(outlet_id=outlet.key, article_id=own_id, canonical_url=canonical, kind=pattern.kind)


def _compiled(query: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(value) for name, value in query.items()}


def _listing_key(url: str) -> str:
    cleaned = clean_url(url)
    return cleaned.url(sorted(cleaned.params)) if cleaned else url


def _nearest(candidates: list[Outlet], path: str) -> Outlet | None:
    """Of editions that share a host, the one with the longest path prefix of ``path``; ``None`` where none has one."""
    if not candidates:
        return None
    lengths = [(max((len(p) for p in o.paths if path.startswith(p)), default=0), o) for o in candidates]
    length, outlet = max(lengths, key=lambda pair: pair[0])
    return outlet if length else None


def _kept(cleaned: CleanUrl, outlet: Outlet) -> str:
    drop = TRACKING_PARAMS.union(outlet.tracking_params)
    return cleaned.url((name, value) for name, value in cleaned.params if name not in drop)


@lru_cache(maxsize=1)
def registry() -> Registry:
    """The outlets that ship: every ``OUTLET`` in :mod:`crawler.spiders`, in alphabetical order of their files."""
    import crawler.spiders as package

    found = []
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        if module.name.startswith("_"):
            continue
        outlet = importlib.import_module(f"{package.__name__}.{module.name}").OUTLET
        if outlet.key.replace("-", "_") != module.name:
            raise ValueError(
                f"crawler/spiders/{module.name}.py holds the outlet {outlet.key!r}: rename one of them"
            )
        found.append(outlet)
    return Registry(found)


def all_outlets() -> Mapping[str, Outlet]:
    """Every outlet by key."""
    return registry().outlets


def get(key: str) -> Outlet:
    """The outlet ``key``; raises :class:`UnknownOutletError` with the nearest names."""
    return registry().get(key)


def identify(url: str) -> Identity | None:
    """The outlet and article that ``url`` belongs to; ``None`` where no outlet owns it."""
    return registry().identify(url)
