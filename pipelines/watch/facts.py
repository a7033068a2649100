"""What the database says of the newest pages, articles, texts and translations, beside the ones before them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipelines.store import utc

from .landings import Landings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WINDOW = timedelta(weeks=9)
"""How far back anything is compared."""
NEW_PAGES, OLD_PAGES = 20, 500
"""Pages of an outlet: so many newest are held against so many before."""
NEW_TEXTS, OLD_TEXTS = 30, 500
"""Translated texts."""
NEW_INPUTS, OLD_INPUTS = 400, 4000
"""Inputs of a stage."""
PASSED = ("ok", "already_english", "passed_through", "unchanged")
"""Outcomes with which an input goes on to the next stage."""


@dataclass(frozen=True, slots=True)
class Share:
    """Some of a number, among the newest and among those before."""

    new: int = 0
    of_new: int = 0
    old: int = 0
    of_old: int = 0

    @property
    def now(self) -> float:
        return self.new / self.of_new if self.of_new else 0.0

    @property
    def usual(self) -> float:
        return self.old / self.of_old if self.of_old else 0.0


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """Counted from the database alone."""

    languages: Mapping[str, Mapping[date, Mapping[str, int]]] = field(default_factory=dict)
    """Language tag → day (of the outlet's zone) → outlet → new articles."""
    soft_404: Mapping[str, Share] = field(default_factory=dict)
    """Outlet → of its pages."""
    read: Mapping[str, Share] = field(default_factory=dict)
    """Outlet → articles, of its pages that are no soft 404."""
    future: Mapping[str, Share] = field(default_factory=dict)
    """Outlet → articles dated more than a day after they were fetched, of its articles."""
    loops: Share = Share()
    """Texts whose translation repeats itself, of those translated."""
    passed: Mapping[str, Share] = field(default_factory=dict)
    """Stage → inputs that went on, of its inputs."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that alarms are judged by."""

    landed: Landings
    store: StoreFacts | None
    """``None``: the database has not been asked, and what it said before stands."""


_PAGES = f"""
WITH pages AS (
    SELECT f.outlet_id, coalesce(r.outcome, f.outcome) AS outcome, a.fetch_id IS NOT NULL AS article,
           a.published > a.fetched + INTERVAL 1 DAY AS future,
           row_number() OVER (PARTITION BY f.outlet_id ORDER BY f.fetched DESC, f.fetch_id) AS age
    FROM store.fetch f
    LEFT JOIN store.stage_result r ON r.stage = 'reading' AND r.subject_id = f.fetch_id
    LEFT JOIN (SELECT fetch_id, published, fetched FROM store.article WHERE version = 1) a ON a.fetch_id = f.fetch_id
    WHERE f.kind = 'article' AND f.way NOT IN ('warc', 'import', 'fetch') AND f.fetched > $since
      AND f.outlet_id IS NOT NULL AND (r.outcome IS NOT NULL OR f.outcome = 'soft_404')
)
SELECT outlet_id, age <= {NEW_PAGES} AS new, count(*) AS pages, count(*) FILTER (outcome = 'soft_404') AS soft,
       count(*) FILTER (outcome IN {PASSED}) AS good, count(*) FILTER (article) AS articles,
       count(*) FILTER (future) AS future
FROM pages WHERE age <= {NEW_PAGES + OLD_PAGES} GROUP BY ALL
"""
_LANGUAGES = """
SELECT l.language_tag, a.outlet_id, date_trunc('hour', a.fetched) AS hour, count(*) AS n
FROM store.article a JOIN store.language l USING (article_id)
JOIN (SELECT fetch_id FROM store.fetch WHERE way NOT IN ('warc', 'import', 'fetch')) f USING (fetch_id)
WHERE a.version = 1 AND a.fetched > $since AND l.language_tag IS NOT NULL GROUP BY ALL
"""
_LOOPS = f"""
WITH translated AS (
    SELECT s.text_id, count(*) FILTER (list_contains(s.flags, 'repetition')) AS loops, count(*) AS n
    FROM store.sentence s WHERE s.current AND s.target IS NOT NULL GROUP BY s.text_id
),
placed AS (
    SELECT t.loops >= 0.2 * t.n AND t.loops > 0 AS bad, row_number() OVER (ORDER BY a.fetched DESC, t.text_id) AS age
    FROM translated t JOIN store.text x USING (text_id)
    JOIN (SELECT article_id, fetched FROM store.article WHERE version = 1) a ON a.article_id = x.article_id
    WHERE a.fetched > $since
)
SELECT age <= {NEW_TEXTS} AS new, count(*) AS n, count(*) FILTER (bad) AS bad
FROM placed WHERE age <= {NEW_TEXTS + OLD_TEXTS} GROUP BY ALL
"""
_PASSED = f"""
WITH inputs AS (
    SELECT r.stage, r.outcome, row_number() OVER (PARTITION BY r.stage ORDER BY n.started DESC, r.run_id, r.subject_id) AS age
    FROM store.stage_result r JOIN store.run n USING (run_id)
    WHERE n.started > $since AND r.stage IN ('language', 'texts', 'relevance', 'translation', 'labels', 'incidents')
)
SELECT stage, age <= {NEW_INPUTS} AS new, count(*) AS n, count(*) FILTER (outcome IN {PASSED}) AS good
FROM inputs WHERE age <= {NEW_INPUTS + OLD_INPUTS} GROUP BY ALL
"""


def store_facts(con: DuckDBPyConnection, now: datetime, zones: Mapping[str, str]) -> StoreFacts:
    """Ask the database.

    :param now: aware.
    :param zones: outlet → time zone, for its days.
    """
    since = {"since": utc(now - WINDOW)}
    pages = {(row[0], row[1]): row[2:] for row in con.execute(_PAGES, since).fetchall()}
    outlets = sorted({outlet for outlet, _ in pages})
    loops = {new: (n, bad) for new, n, bad in con.execute(_LOOPS, since).fetchall()}
    stages = {(stage, new): (n, good) for stage, new, n, good in con.execute(_PASSED, since).fetchall()}

    def share(of: Any, new: tuple[int, ...], old: tuple[int, ...]) -> Share:
        return Share(*of(*new), *of(*old))

    def shares(of: Any) -> dict[str, Share]:
        none = (0, 0, 0, 0, 0)
        return {
            outlet: share(of, pages.get((outlet, True), none), pages.get((outlet, False), none))
            for outlet in outlets
        }

    return StoreFacts(
        languages=_by_day(con.execute(_LANGUAGES, since).fetchall(), zones),
        soft_404=shares(lambda n, soft, _good, _articles, _future: (soft, n)),
        read=shares(lambda n, soft, good, _articles, _future: (good, n - soft)),
        future=shares(lambda _n, _soft, _good, articles, future: (future, articles)),
        loops=share(lambda n, bad: (bad, n), loops.get(True, (0, 0)), loops.get(False, (0, 0))),
        passed={
            stage: share(
                lambda n, good: (good, n),
                stages.get((stage, True), (0, 0)),
                stages.get((stage, False), (0, 0)),
            )
            for stage in sorted({stage for stage, _ in stages})
        },
    )


def _by_day(
    rows: list[tuple[str, str, datetime, int]], zones: Mapping[str, str]
) -> dict[str, dict[date, dict[str, int]]]:
    places = {key: ZoneInfo(zone) for key, zone in zones.items()}
    found: dict[str, dict[date, dict[str, int]]] = {}
    for tag, outlet, hour, n in rows:
        day = hour.replace(tzinfo=UTC).astimezone(places.get(outlet, UTC)).date()
        outlets = found.setdefault(tag, {}).setdefault(day, {})
        outlets[outlet] = outlets.get(outlet, 0) + n
    return found
