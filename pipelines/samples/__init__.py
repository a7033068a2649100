"""The sample world: invented news of eight outlets, the truth about it, and a loopback site that serves it.

``wiredesk demo`` crawls it with the real spiders and measures the line against its truth. See README.md beside this
file for who wrote it, how the truth was judged and what the traps are.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pipelines.samples.world import (
    NOW,
    OddPage,
    SampleArticle,
    SampleError,
    TruthRow,
    load_articles,
    load_odd_pages,
    load_truth,
)

if TYPE_CHECKING:
    from pipelines.samples.comparing import Miss, Score, compare
    from pipelines.samples.routes import Response
    from pipelines.samples.site import Request, Site

__all__ = [
    "NOW",
    "Miss",
    "OddPage",
    "Request",
    "Response",
    "SampleArticle",
    "SampleError",
    "Score",
    "Site",
    "TruthRow",
    "compare",
    "hosts",
    "load_articles",
    "load_odd_pages",
    "load_truth",
    "render",
]


def render(url: str) -> Response | None:
    """What the sample outlets answer to ``url``; see :func:`pipelines.samples.routes.render`."""
    from pipelines.samples import routes

    return routes.render(url)


def hosts() -> tuple[str, ...]:
    """The hosts that answer."""
    from pipelines.samples import routes

    return routes.hosts()


if not TYPE_CHECKING:  # mypy takes the names from above, and sees one that is not there
    _LATER = {
        "Miss": "comparing", "Request": "site", "Response": "routes", "Score": "comparing", "Site": "site",
        "compare": "comparing",
    }  # fmt: skip

    def __getattr__(name: str) -> object:
        if name in _LATER:
            return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
