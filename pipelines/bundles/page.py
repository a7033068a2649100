"""``incident.html`` and ``incident.md``: what a person reads, in the order of the mission's reference page.

No script, no request, no inline style: the page's policy allows one stylesheet, named by its hash. Everything that
others wrote is escaped on its way out; only http and https addresses become links.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .safety import visible, web_url
from .view import asset

if TYPE_CHECKING:
    from jinja2 import Environment

_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~&])")
_MARKDOWN_START = re.compile(r"([-+=]|\d+(?=[.)]))")


class _Ready(str):
    """Text that needs no more escaping."""


def markdown(text: str) -> str:
    """``text`` as Markdown that shows it and does nothing else."""
    line = _MARKDOWN.sub(r"\\\1", " ".join(visible(text).split()))
    return _MARKDOWN_START.sub(r"\\\1", line, count=1) if _MARKDOWN_START.match(line) else line


def _address(url: str) -> _Ready:
    """A checked URL as it can stand between angle brackets."""
    return _Ready(url.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C"))


def _environment(finalize: Callable[[Any], Any], *, autoescape: bool) -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(lambda name: asset(f"templates/{name}")),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=finalize,
    )
    environment.filters["link"] = web_url
    environment.filters["address"] = _address
    return environment


def to_html(view: Mapping[str, Any]) -> str:
    """The page of an incident; one HTML file that needs nothing else.

    :param view: of :func:`pipelines.bundles.view.view`.
    """
    from markupsafe import Markup

    style = asset("templates/incident.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = _environment(lambda value: visible(value) if type(value) is str else value, autoescape=True)
    return environment.get_template("incident.html.j2").render(view, style=Markup(style), style_hash=digest)


def to_markdown(view: Mapping[str, Any]) -> str:
    """The same as :func:`to_html` without the texts, for terminals, wikis and mail."""
    environment = _environment(
        lambda value: markdown(value) if type(value) is str else value, autoescape=False
    )
    text = environment.get_template("incident.md.j2").render(view)
    return re.sub(r"\n{3,}", "\n\n", text)
