"""Alarms that begin and end: each rings once while it stands, and its end is told too.

``<data>/watch/alarms.jsonl`` keeps every beginning and end; ``alarms.atom`` (RFC 4287) is made from its newest lines.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

from .alarms import FROM_THE_STORE, Judged
from .state import Alarm, State, write_whole

ATOM = "http://www.w3.org/2005/Atom"
LONGEST = 200
"""Entries of the feed."""
_SPACE = uuid.UUID("0d6f0f44-9d2f-5d0e-8f5b-3c6f4f0f3a51")


@dataclass(frozen=True, slots=True)
class Change:
    """What is new about the alarms."""

    rang: tuple[Alarm, ...] = ()
    over: tuple[Alarm, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rang or self.over)


def change(state: State, judged: Judged, *, store_asked: bool) -> Change:
    """Bring what stands in ``state`` up to what was judged; what began and what ended."""
    standing = {alarm.name: alarm for alarm in judged.alarms}

    def goes_on(alarm: Alarm) -> bool:
        open_question = (alarm.kind, alarm.subject) in judged.open
        return open_question or (alarm.kind in FROM_THE_STORE and not store_asked)

    over = [alarm for name, alarm in state.ringing.items() if name not in standing and not goes_on(alarm)]
    rang = [alarm for name, alarm in standing.items() if name not in state.ringing]
    ended = {alarm.name for alarm in over}
    state.ringing = {name: one for name, one in state.ringing.items() if name not in ended}
    state.ringing |= {alarm.name: alarm for alarm in rang}
    return Change(tuple(rang), tuple(over))


def write_down(data_dir: Path, now: str, change: Change) -> None:
    """Append to the alarms' log, then make the feed anew."""
    path = data_dir / "watch" / "alarms.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [{"event": "rang", **asdict(alarm)} for alarm in change.rang]
    rows += [{"event": "over", **asdict(alarm), "since": alarm.when, "when": now} for alarm in change.over]
    torn = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as handle:
        handle.write("\n" if torn else "")  # a line that a crash cut off stays a line of its own
        handle.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        handle.flush()
        os.fsync(handle.fileno())
    write_whole(data_dir / "watch" / "alarms.atom", atom(history(data_dir)))


def history(data_dir: Path) -> list[dict[str, str]]:
    """The newest beginnings and ends, newest first; lines that are none are passed over."""
    path = data_dir / "watch" / "alarms.jsonl"
    rows = []
    for raw in reversed(path.read_bytes().splitlines() if path.is_file() else []):
        try:
            row = json.loads(raw)
        except ValueError:
            continue
        wanted = ("event", "when", "kind", "subject", "message")
        if isinstance(row, dict) and all(isinstance(row.get(name), str) for name in wanted):
            rows.append(row)
        if len(rows) == LONGEST:
            break
    return rows


def atom(rows: Sequence[dict[str, str]]) -> str:
    """Beginnings and ends of alarms as an Atom feed; its time is that of the newest."""
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")

    def add(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
        element = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        element.text = "".join(char if char.isprintable() else " " for char in text)

    add(feed, "id", f"urn:uuid:{_SPACE}")
    add(feed, "title", "wiredesk: alarms of the watch")
    add(feed, "updated", rows[0]["when"] if rows else "1970-01-01T00:00:00+00:00")
    author = ElementTree.SubElement(feed, f"{{{ATOM}}}author")
    add(author, "name", "wiredesk watch")
    for row in rows:
        entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
        name = " ".join(row[key] for key in ("event", "kind", "subject", "when"))
        add(entry, "id", f"urn:uuid:{uuid.uuid5(_SPACE, name)}")
        add(entry, "title", f"{'Over: ' if row['event'] == 'over' else ''}{row['kind']}: {row['subject']}")
        add(entry, "updated", row["when"])
        add(entry, "content", row["message"], type="text")
    ElementTree.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode") + "\n"
