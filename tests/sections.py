"""Documents made of one measured section per room, each between markers and replaced alone."""

from __future__ import annotations

import fcntl
import re
from pathlib import Path


def write_section(document: Path, title: str, room: str, section: str) -> None:
    """Put ``section`` (Markdown) into ``document`` between the room's markers; rooms stay in alphabetical order."""
    document.parent.mkdir(parents=True, exist_ok=True)
    with document.open("a+", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        handle.seek(0)
        pattern = re.compile(r"<!-- begin (\w+) -->\n(.*?)\n<!-- end \1 -->", re.DOTALL)
        sections = dict(pattern.findall(handle.read()))
        sections[room] = section.strip()
        parts = [f"<!-- begin {name} -->\n{sections[name]}\n<!-- end {name} -->" for name in sorted(sections)]
        handle.seek(0)
        handle.truncate()
        handle.write(title + "\n" + "\n\n".join(parts) + "\n")
