"""``wiredesk import``: pages and ready articles of other crawls enter by the archive, like a crawl's own."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from pipelines import __version__
from pipelines.cli import records_map
from pipelines.cli.common import WRONG_USE, Progress, Session, UserError, table
from pipelines.cli.logged import Logged

if TYPE_CHECKING:
    from crawler.archive import ArchiveWriter, LandingLine

SOFTWARE = f"wiredesk/{__version__}"
BATCH = 200
"""Pages between two syncs to the disk."""
DAY = click.DateTime(["%Y-%m-%d"])
CONTENT_TYPES = {".xml": "application/xml", ".json": "application/json"}


@dataclass(frozen=True, slots=True)
class Incoming:
    """One page or ready article to land; ``outcome`` other than ``ok`` says why it does not.

    One that does not land and has a ``url`` gets a line in the landing log, so that the URL can be asked about.
    """

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
@click.option(
    "--from",
    "first",
    type=DAY,
    metavar="DAY",
    help="WARC files: only what was fetched from this day on (2026-11-20).",
)
@click.option(
    "--to", "last", type=DAY, metavar="DAY", help="WARC files: only what was fetched up to this day."
)
@click.option(
    "--outlet", "keys", multiple=True, metavar="OUTLET", help="WARC files: only this outlet; may be repeated."
)
@click.option(
    "--map",
    "mapping",
    metavar="FIELD=NAME,…",
    help="Ready articles: what their fields are called there (text=content).",
)
@click.option(
    "--zone",
    metavar="ZONE",
    help="Ready articles: the zone of times without one (Asia/Taipei), where no outlet tells it.",
)
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
    """Pages and articles of other crawls, into the archive; wiredesk run reads them.

    WARC or WACZ files (CC-NEWS too); a folder of HTML with a manifest.jsonl (file, url, fetched); or ready articles as
    JSON Lines or a JSON array (url, title, text, published, authors, outlet, section), compressed or not.
    What is in the archive already is not landed twice.
    """
    from crawler.turns import writing

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
        with _archive_errors(), writing(session.data_dir):
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
    from crawler.public_archive import import_warc

    with _archive_errors():
        return import_warc(
            [path],
            session.data_dir,
            outlets=keys or None,
            from_day=first.date() if first else None,
            to_day=last.date() if last else None,
            run_id=run_id,
            now=session.now,
        )


@contextmanager
def _archive_errors() -> Iterator[None]:
    """The archive's complaint is a sentence for the user."""
    from crawler.archive import ArchiveError

    try:
        yield
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
    for place, row in records_map.rows_of(manifest):
        file = row.get("file") if row is not None else None
        if row is None or not isinstance(file, str) or not file:
            yield Incoming(
                f"{manifest.name} {place}", None, outcome="bad_row", reason="it is no object with a file"
            )
            continue
        name = f"{manifest.name} {place}: {file.encode(errors='backslashreplace').decode()}"
        try:
            url = records_map.address(row.get("url"))
        except ValueError as error:
            yield Incoming(name, None, outcome="bad_row", reason=str(error))
            continue
        try:
            fetched = _moment(row.get("fetched"))
        except ValueError as error:
            yield Incoming(name, url, outcome="bad_row", reason=str(error))
            continue
        path = _inside(folder, file)
        if path is None:
            yield Incoming(
                name, url, outcome="missing_file", reason="the manifest names it, the folder lacks it"
            )
        elif file.removesuffix(".gz").endswith((".json", ".jsonl")):
            if names is None:
                yield Incoming(
                    name, None, outcome="record_file", reason="ready articles: import the file with --map"
                )
            else:
                yield from _records(path, names, zone)
        else:
            yield _page(path, name, url, fetched)


def _inside(folder: Path, file: str) -> Path | None:
    """The file of that name in the folder; ``None`` where there is none, or the name is none."""
    try:
        path = (folder / file).resolve()
        return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
    except (ValueError, OSError):
        return None


def _moment(value: object) -> datetime | None:
    """When a page was fetched, as a manifest says it; without a zone it is taken as UTC.

    :raises ValueError: where it says no time.
    """
    from pipelines.reading import FIRST_YEAR

    if value is None or value == "":
        return None
    try:
        moment = datetime.fromisoformat(str(value))
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"fetched is no ISO 8601 time: {value!r}") from error
    if moment.year < FIRST_YEAR:
        raise ValueError(f"fetched lies before {FIRST_YEAR}: {value!r}")
    return moment


def _page(path: Path, name: str, url: str | None, fetched: datetime | None) -> Incoming:
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as error:
            return Incoming(name, url, outcome="damaged_file", reason=str(error))
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    return Incoming(name, url, raw, CONTENT_TYPES.get(suffix, "text/html"), fetched=fetched)


def _records(path: Path, names: dict[str, str], zone: tzinfo | None) -> Iterator[Incoming]:
    from crawler.archive import ARTICLE_TYPE

    for place, row in records_map.rows_of(path):
        name = f"{path.name} {place}"
        if row is None:
            yield Incoming(name, None, outcome="bad_row", reason="it is no JSON object")
            continue
        found = records_map.ready(row, names, zone)
        if found.outcome != "ok":
            yield Incoming(name, found.url, kind="record", outcome=found.outcome, reason=found.reason)
            continue
        body = json.dumps(found.record, ensure_ascii=False, sort_keys=True).encode()
        yield Incoming(name, found.url, body, ARTICLE_TYPE, "record", reason=found.reason)


def _refused(item: Incoming, url: str, run_id: str, now: datetime) -> LandingLine:
    """The line of what came with an address and does not land."""
    from crawler import outlets
    from crawler.archive import LandingLine
    from crawler.landinglog import utc_stamp

    identity = outlets.identify(url)
    row = {
        "url": url, "outlet_id": identity.outlet_id if identity else _host(url), "kind": item.kind, "way": "import",
        "article_id": identity.article_id if identity else None, "fetched": utc_stamp(now), "outcome": item.outcome,
        "reason": f"{item.name}: {item.reason}".encode(errors="backslashreplace").decode(), "run_id": run_id,
    }  # fmt: skip
    return LandingLine.from_row(row)


def _land(
    session: Session,
    incoming: Iterator[Incoming],
    run_id: str,
    counts: Counter[str],
    notes: list[dict[str, Any]],
) -> None:
    """Archive what comes in, one writer per outlet; what is in the archive already is not landed twice.

    The caller holds off takedowns (:func:`crawler.turns.writing`).
    """
    from crawler import outlets
    from crawler.archive import ArchiveWriter, LandingLog, land_stored
    from crawler.landinglog import FORGOTTEN
    from crawler.recovery import recover

    recover(session.data_dir)
    log = LandingLog(session.data_dir)
    logged = Logged(log.read_all())
    refused: dict[tuple[str, str, str], LandingLine] = {}
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
            digest = hashlib.sha256(item.body).hexdigest()
            url = item.url or f"urn:sha256:{digest}"
            identity = outlets.identify(item.url) if item.url else None
            if not logged.forgotten.isdisjoint((url, identity.article_id if identity else url)):
                counts[FORGOTTEN] += 1
                notes.append(
                    {"name": item.name, "outcome": FORGOTTEN, "reason": "it was taken out on request"}
                )
                continue
            if item.outcome != "ok":
                counts[item.outcome] += 1
                notes.append({"name": item.name, "outcome": item.outcome, "reason": item.reason})
                if item.url:
                    line = _refused(item, item.url, run_id, session.now)
                    refused[line.url, line.outcome, line.reason] = line
                continue
            if logged.pages.has(url, digest):
                counts["known"] += 1
                continue
            logged.pages.add(url, digest)
            for landed in (url, identity.article_id if identity else None):
                if landed:
                    logged.landed.add(landed)
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
        # A URL that landed, before or in this file, has its line: a bad row of it takes nothing back.
        lines += [
            line
            for key, line in refused.items()
            if not logged.told.has(*key)
            and not any(logged.landed.has(name) for name in (line.url, line.article_id) if name)
        ]
        flush()
    finally:
        for writer in writers.values():
            writer.close()
        log.close()


def _host(url: str | None) -> str:
    host = (urlsplit(url).hostname or "") if url else ""
    return host.removeprefix("www.") or "import"
