"""``wiredesk import``: pages and ready articles of other crawls enter by the archive, like a crawl's own."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from pipelines import __version__
from pipelines.cli import records_map
from pipelines.cli.common import WRONG_USE, Progress, Session, UserError, table

if TYPE_CHECKING:
    from crawler.archive import ArchiveWriter, LandingLine

SOFTWARE = f"wiredesk/{__version__}"
BATCH = 200
"""Pages between two syncs to the disk."""
CONTENT_TYPES = {".xml": "application/xml", ".json": "application/json"}


@dataclass(frozen=True, slots=True)
class Incoming:
    """One page or ready article to land; ``outcome`` other than ``ok`` says why it does not."""

    name: str
    url: str | None
    body: bytes = b""
    content_type: str = "text/html"
    kind: str = "html"
    fetched: datetime | None = None
    outcome: str = "ok"
    reason: str = ""


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="Only from this day (WARC files).")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Only to this day (WARC files).")
@click.option("--outlet", "keys", multiple=True, metavar="KEY", help="Only these outlets (WARC files).")
@click.option("--map", "mapping", metavar="FIELD=NAME,…", help="Ready articles: how their fields are called.")
@click.option("--zone", metavar="ZONE", help="Ready articles: the zone of times without one (IANA name).")
@click.pass_obj
def import_command(
    session: Session,
    paths: tuple[Path, ...],
    first: datetime | None,
    last: datetime | None,
    keys: tuple[str, ...],
    mapping: str | None,
    zone: str | None,
) -> None:
    """Pages from WARC or WACZ files (CC-NEWS too) or from a folder of HTML with a manifest.jsonl (file, url);
    or ready articles as JSON Lines or a JSON array (url, title, text, published, authors, outlet, section).
    """
    names = records_map.parse_map(mapping) if mapping else None
    counts: Counter[str] = Counter()
    notes: list[dict[str, Any]] = []
    run_id = session.run_id("import")
    _check_outlets(keys)
    for path in paths:
        if path.name.endswith((".warc", ".warc.gz", ".wacz")):
            found = _import_warc(session, path, run_id, keys, first, last)
            counts += found
            continue
        incoming = _incoming(path, names, _zone(zone))
        _land(session, incoming, run_id, counts, notes)
    rows: list[dict[str, Any]] = [{"outcome": name, "n": n} for name, n in counts.most_common()]
    if session.as_json:
        session.rows(rows)
        return
    session.say(table(rows, ["outcome", "n"]) if rows else "nothing to import")
    for note in notes[:20] if not session.verbose else notes:
        session.say(f"{note['outcome']}: {note['name']}: {note['reason']}")
    if len(notes) > 20 and not session.verbose:
        session.say(f"… and {len(notes) - 20} more (-v shows all)")
    if counts["landed"]:
        session.say("Next: wiredesk run")


def _check_outlets(keys: tuple[str, ...]) -> None:
    from crawler import outlets

    for key in keys:
        if key not in outlets.all_outlets():
            try:
                outlets.get(key)
            except KeyError as error:
                raise UserError(str(error.args[0]), WRONG_USE) from error


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UserError(f"there is no time zone {name}", WRONG_USE) from error


def _import_warc(
    session: Session,
    path: Path,
    run_id: str,
    keys: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
) -> Counter[str]:
    from crawler.archive import ArchiveError
    from crawler.public_archive import import_warc

    try:
        return import_warc(
            [path],
            session.data_dir,
            outlets=keys or None,
            from_day=first.date() if first else None,
            to_day=last.date() if last else None,
            run_id=run_id,
            now=session.now,
        )
    except ArchiveError as error:
        raise UserError(str(error)) from error


def _incoming(path: Path, names: dict[str, str] | None, zone: tzinfo | None) -> Iterator[Incoming]:
    if path.is_dir():
        return _folder(path, names, zone)
    if names is None and path.suffix.lower() in (".html", ".htm"):
        raise UserError(
            f"{path} is one page: put it into a folder with a manifest.jsonl (file, url)", WRONG_USE
        )
    return _records(path, names or {}, zone)


def _folder(folder: Path, names: dict[str, str] | None, zone: tzinfo | None) -> Iterator[Incoming]:
    manifest = folder / "manifest.jsonl"
    if not manifest.is_file():
        raise UserError(
            f"{folder} has no manifest.jsonl: a folder of pages needs one (one object a line: file, url)"
        )
    for number, line in enumerate(manifest.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            file = row["file"]
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{manifest} line {number} is no object with a file") from error
        path = (folder / file).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            yield Incoming(
                file,
                row.get("url"),
                outcome="missing_file",
                reason="the manifest names it, the folder lacks it",
            )
        elif file.removesuffix(".gz").endswith((".json", ".jsonl")):
            if names is None:
                yield Incoming(
                    file, None, outcome="record_file", reason="ready articles: import the file with --map"
                )
            else:
                yield from _records(path, names, zone)
        else:
            yield _page(path, file, row)


def _page(path: Path, file: str, row: dict[str, Any]) -> Incoming:
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as error:
            return Incoming(file, row.get("url"), outcome="damaged_file", reason=str(error))
    suffix = Path(file.removesuffix(".gz")).suffix.lower()
    fetched = row.get("fetched")
    return Incoming(
        file,
        row.get("url"),
        raw,
        CONTENT_TYPES.get(suffix, "text/html"),
        fetched=datetime.fromisoformat(fetched) if fetched else None,
    )


def _records(path: Path, names: dict[str, str], zone: tzinfo | None) -> Iterator[Incoming]:
    from crawler.archive import ARTICLE_TYPE

    for place, row in enumerate(records_map.rows_of(path), start=1):
        name = f"{path.name}#{place}"
        found = records_map.ready(row, names, zone)
        if found.outcome != "ok":
            yield Incoming(name, found.url, outcome=found.outcome, reason=found.reason)
            continue
        body = json.dumps(found.record, ensure_ascii=False, sort_keys=True).encode()
        yield Incoming(name, found.url, body, ARTICLE_TYPE, "record", reason=found.reason)


def _land(
    session: Session,
    incoming: Iterator[Incoming],
    run_id: str,
    counts: Counter[str],
    notes: list[dict[str, Any]],
) -> None:
    """Archive what comes in, one writer per outlet; what is in the archive already is not landed twice."""
    from crawler import outlets
    from crawler.archive import ArchiveWriter, LandingLog, land_stored
    from crawler.recovery import recover
    from crawler.takedown import FORGOTTEN

    recover(session.data_dir)
    log = LandingLog(session.data_dir)
    logged = list(log.read_all())
    known = {(line.url, line.page_sha256) for line in logged if line.page_sha256}
    forgotten = {url for line in logged if line.outcome == FORGOTTEN for url in (line.url, line.article_id)}
    writers: dict[str, ArchiveWriter] = {}
    lines: list[LandingLine] = []
    progress: Callable[[str, int, int], None] = Progress(session)

    def flush() -> None:
        for writer in writers.values():
            writer.sync()
        log.append(lines)
        lines.clear()

    try:
        for n, item in enumerate(incoming, start=1):
            if item.outcome != "ok":
                counts[item.outcome] += 1
                notes.append({"name": item.name, "outcome": item.outcome, "reason": item.reason})
                continue
            digest = hashlib.sha256(item.body).hexdigest()
            url = item.url or f"urn:sha256:{digest}"
            identity = outlets.identify(item.url) if item.url else None
            if not forgotten.isdisjoint((url, identity.article_id if identity else url)):
                counts[FORGOTTEN] += 1
                notes.append(
                    {"name": item.name, "outcome": FORGOTTEN, "reason": "it was taken out on request"}
                )
                continue
            if (url, digest) in known:
                counts["known"] += 1
                continue
            known.add((url, digest))
            outlet_id = identity.outlet_id if identity else _host(item.url)
            if outlet_id not in writers:
                writers[outlet_id] = ArchiveWriter(session.data_dir, run_id, outlet_id, software=SOFTWARE)
            lines.append(
                land_stored(
                    writers[outlet_id],
                    url=url,
                    body=item.body,
                    content_type=item.content_type,
                    kind="record" if item.kind == "record" else "html",
                    fetched=item.fetched or session.now,
                    way="import",
                    article_id=identity.article_id if identity else None,
                    reason=item.reason,
                )
            )
            counts["landed"] += 1
            if len(lines) >= BATCH:
                flush()
                progress("landed", n, n)
        flush()
    finally:
        for writer in writers.values():
            writer.close()
        log.close()


def _host(url: str | None) -> str:
    host = (urlsplit(url).hostname or "") if url else ""
    return host.removeprefix("www.") or "import"
