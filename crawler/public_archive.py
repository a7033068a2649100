"""WARC and WACZ files of others, CC-NEWS among them, enter by the same door as a crawl: archive, then landing log."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from crawler.archive import (
    Archived,
    ArchiveError,
    ArchiveWriter,
    LandingLine,
    LandingLog,
    WarcDamage,
    WarcRecord,
    iter_warc,
    stored_line,
)
from crawler.landinglog import FORGOTTEN, LANDED, Known
from crawler.outlet import Outlet
from crawler.outlets import Identity, Registry, registry
from crawler.recovery import recover
from crawler.settings import VERSION
from crawler.turns import writing

BATCH = 100
"""Pages between two times that archive and log are put on disk."""

MAX_WARC = 8 * 2**30
"""Bytes of one WARC inside a WACZ."""


def import_warc(
    paths: Sequence[Path],
    data_dir: Path,
    *,
    outlets: Sequence[str] | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    run_id: str,
    now: datetime,
    known_outlets: Registry | None = None,
) -> Counter[str]:
    """Land the article pages of our outlets from WARC (gzipped or not) and WACZ files.

    Args:
        outlets: only these keys; ``None``: all.
        from_day, to_day: only pages fetched on these days (UTC), both included.
        now: the moment of a page whose record has no readable date.

    Returns:
        Outcome → records: ``landed``, ``known`` (in the archive already), ``no_outlet``, ``other_outlet``, ``no_article``
        (another page of an outlet), ``other_day``, ``not_html``, ``http_404`` …, ``empty``, ``damaged_record``.

    Raises:
        ArchiveError: a file is not there, is no WACZ, or another import with this run id is running, or a takedown is.
        crawler.outlets.UnknownOutletError: with the nearest names.
    """
    ours = known_outlets or registry()
    wanted = {ours.get(key).key for key in outlets} if outlets else set(ours.outlets)
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        stack.enter_context(writing(data_dir))
        recover(data_dir)
        landing = stack.enter_context(_Landing(data_dir, run_id))
        for path in paths:
            for warc in stack.enter_context(_warcs(path)):
                for found in iter_warc(warc):
                    if isinstance(found, WarcDamage):
                        counts["damaged_record"] += 1
                        continue
                    counts[_one(found, ours, wanted, from_day, to_day, landing, now, path.name)] += 1
    return counts


def _one(
    found: WarcRecord,
    ours: Registry,
    wanted: set[str],
    from_day: date | None,
    to_day: date | None,
    landing: _Landing,
    now: datetime,
    source: str,
) -> str:
    identity = ours.identify(found.url)
    fetched = _moment(found.fetched) or now
    day = fetched.astimezone(UTC).date()
    page = found.page
    if identity is None:
        return "no_outlet"
    if identity.outlet_id not in wanted:
        return "other_outlet"
    if identity.article_id is None:
        return "no_article"
    if (from_day and day < from_day) or (to_day and day > to_day):
        return "other_day"
    if page.http_status is not None and page.http_status != 200:
        return f"http_{page.http_status}"
    if "html" not in page.content_type.lower():
        return "not_html"
    if not page.body.strip():
        return "empty"
    return landing.land(ours.outlets[identity.outlet_id], identity, found, fetched, source)


class _Landing:
    """Writers and log of one import; records reach the disk before their lines, in batches."""

    def __init__(self, data_dir: Path, run_id: str) -> None:
        self._data_dir, self._run_id = data_dir, run_id
        self._log = LandingLog(data_dir)
        self._writers: dict[str, ArchiveWriter] = {}
        self._known: dict[str, Known] = {}
        self._lines: list[LandingLine] = []

    def __enter__(self) -> _Landing:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()
        for writer in self._writers.values():
            writer.close()
        self._log.close()

    def land(
        self, outlet: Outlet, identity: Identity, found: WarcRecord, fetched: datetime, source: str
    ) -> str:
        known = self._known.setdefault(outlet.key, self._log.known(outlet.key))
        if known.has(identity.canonical_url, identity.article_id):
            return "known"
        if known.forgot(identity.canonical_url, identity.article_id):
            return FORGOTTEN
        if outlet.key not in self._writers:
            software = f"wiredesk {VERSION}"
            self._writers[outlet.key] = ArchiveWriter(
                self._data_dir, self._run_id, outlet.key, software=software
            )
        page = found.page
        row = {
            "url": identity.canonical_url, "final_url": found.url, "outlet_id": outlet.key, "article_id": identity.article_id,
            "kind": "article", "way": "warc", "http_status": page.http_status, "outcome": LANDED,
            "reason": f"from {source}", "run_id": self._run_id, "content_type": page.content_type,
        }  # fmt: skip
        line = stored_line(row, self._write(outlet.key, found, fetched, row), fetched)
        known.add(line)
        self._lines.append(line)
        if len(self._lines) >= BATCH:
            self.flush()
        return LANDED

    def _write(self, key: str, found: WarcRecord, fetched: datetime, row: Mapping[str, object]) -> Archived:
        writer, page = self._writers[key], found.page
        if page.http_status is None:
            return writer.write_resource(
                found.url, content_type=page.content_type, body=page.body, fetched=fetched, meta=row
            )
        status = f"{page.http_status} OK"
        return writer.write_response(
            found.url, status=status, headers=page.headers, body=page.body, fetched=fetched, meta=row
        )

    def flush(self) -> None:
        for writer in self._writers.values():
            writer.sync()
        self._log.append(self._lines)
        self._lines.clear()


@contextmanager
def _warcs(path: Path) -> Iterator[Iterable[Path]]:
    """The WARC files of ``path``: itself, or those in the ``archive`` folder of a WACZ."""
    if not path.is_file():
        raise ArchiveError(f"there is no file {path}")
    if not path.name.lower().endswith(".wacz"):
        yield [path]
        return
    with tempfile.TemporaryDirectory(prefix="wiredesk-wacz-") as folder:
        yield _unpacked(path, Path(folder))


def _unpacked(path: Path, folder: Path) -> Iterator[Path]:
    try:
        with zipfile.ZipFile(path) as wacz:
            names = [
                n for n in wacz.namelist() if n.startswith("archive/") and n.endswith((".warc", ".warc.gz"))
            ]
            if not names:
                raise ArchiveError(f"{path.name} holds no archive/*.warc.gz: it is no WACZ")
            for number, name in enumerate(names):
                if wacz.getinfo(name).file_size > MAX_WARC:
                    raise ArchiveError(f"{path.name}: {name} is larger than {MAX_WARC // 2**30} GiB")
                target = folder / f"{number}.warc.gz"
                with wacz.open(name) as source, target.open("wb") as sink:
                    shutil.copyfileobj(source, sink)
                yield target
                target.unlink()
    except zipfile.BadZipFile as error:
        raise ArchiveError(f"{path.name} is no WACZ: {error}") from error


def _moment(stamp: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
