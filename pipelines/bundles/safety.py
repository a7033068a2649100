"""What keeps hostile content harmless: names that stay in the folder, links that are links, cells that are text.

Every title, body, URL, outlet name and reason in a bundle was written by somebody else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

INCIDENT_ID = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-z]{4,16}")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
"""First characters that make Excel, LibreOffice or Google Sheets take a cell for a formula (OWASP, CSV injection);
East Asian Excel reads the full-width forms as well."""


class BundleError(Exception):
    """A bundle cannot be written or read; the message is a sentence that says what to do."""


def safe_id(value: str) -> str:
    """``value`` when it has the form of an incident id, so that it may name a folder.

    :raises BundleError: otherwise.
    """
    if not INCIDENT_ID.fullmatch(value):
        raise BundleError(
            f"{value!r} is no incident id: they look like 2026-11-20-ab12 (wiredesk incident list)"
        )
    return value


def safe_name(value: str) -> str:
    """A file name out of a bundle, when it names a file directly in the folder and nothing else.

    :raises BundleError: for paths, parent folders, drive letters, control characters and hidden names.
    """
    if not _FILE_NAME.fullmatch(value) or value != PurePosixPath(value).name:
        raise BundleError(
            f"the bundle holds a file named {value!r}, which could leave its folder: it was not read"
        )
    return value


def web_url(url: str | None) -> str | None:
    """``url`` when a person may be sent there: http or https, a host, no user name and nothing invisible."""
    if not url or any(
        ord(character) <= 32 or unicodedata.category(character) in ("Cc", "Cf") for character in url
    ):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc or "\\" in url:
        return None
    return url


def cell(value: str) -> str:
    """``value`` as a spreadsheet shows it: what would start a formula gets an apostrophe in front.

    Reversible: a value that already begins with an apostrophe gets one too (:func:`uncell`).
    """
    first = value.lstrip(" \u00a0\u3000")[:1]
    return "'" + value if first in FORMULA_STARTS or value.startswith("'") else value


def uncell(value: str) -> str:
    """What :func:`cell` was given."""
    return value[1:] if value.startswith("'") else value


_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the order of the letters after them: ``exe.gnp`` shown as ``png.exe``."""


def visible(value: str) -> str:
    """``value`` with control characters, which HTML and XML forbid, and changes of direction made visible.

    Tab and newline stay.
    """
    return "".join(
        "\ufffd"
        if (character not in "\t\n" and unicodedata.category(character) in ("Cc", "Cs"))
        or character in _DIRECTION
        else character
        for character in value
    )


def script_safe(text: str) -> str:
    """JSON text that can stand in an HTML ``script`` element and cannot close it."""
    return (
        text.replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def translation_note(names: Sequence[str]) -> str | None:
    """A sentence on who wrote the English that was translated; ``None`` where nothing was.

    :param names: engine and model of each translation.
    """
    if not names:
        return None
    said = f"Machine translation by {'; '.join(names)}"
    if any(is_sample(name) for name in names):
        said += " (sample translation: the sample package knows few words, do not rely on it)"
    return said + "."


def is_sample(*names: Any) -> bool:
    """Whether an engine or model name says that the translation is the sample package's."""
    return any("sample" in str(name).lower() for name in names if name)
