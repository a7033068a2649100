"""Reads a bundle back: a full one as pages and decisions, from which the line makes the record again; a share-safe one,
which has no pages, as the record stands.

Nothing here writes. :func:`read_bundle` checks the bundle and reads it, :func:`plan_import` says what of it is new to a
database, so that reading a bundle twice, or where its articles are already known, makes no twins.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.archive import PageError
from pipelines.store import insert

from .content import Row, written_by
from .safety import BundleError, safe_id
from .signing import check_signature
from .verifier import UnreadableError, check_files, read_files
from .wacz import captures

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TABLES = (
    "outlet", "fetch", "article", "language", "fold", "text", "relevance", "title_en", "sentence", "judgement", "label", "evidence",
    "fact", "incident", "incident_member", "incident_event", "vote", "decision",
)  # fmt: skip
"""Tables of the store that a share-safe bundle fills, in order."""
COUNTED = frozenset({"articles", "texts", "outlets", "languages"})
"""Columns of the view ``incidents`` that are counted from the members."""


@dataclass(frozen=True, slots=True)
class BundleContent:
    """A bundle that was read and found whole."""

    incident_id: str
    revision: int
    kind: str
    digest: str
    """SHA-256 of its list of files: names this very bundle."""
    record: Row
    warc_name: str | None
    """A name for the archive, from the content: the same bundle always gives the same."""
    warc: bytes
    landing: list[Row]
    """One line of the landing log per page of a full bundle, pointing into ``warc``."""
    decisions: list[Row]
    """In the form of the journal."""
    translations: list[Row]

    @property
    def name(self) -> str:
        """A file name for it; the same bundle always has the same."""
        return f"{self.incident_id}-r{self.revision}-{self.digest[:12]}"


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What of a bundle is new to a database."""

    incident_id: str
    kind: str
    warc_name: str | None = None
    """File to write into the archive, or ``None`` when there is no new page."""
    warc: bytes = b""
    landing: list[Row] = field(default_factory=list)
    decisions: list[Row] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    """Rows by ``store`` table, for a share-safe bundle."""
    known: dict[str, int] = field(default_factory=dict)
    """What the database has already, by kind of thing."""

    @property
    def subjects(self) -> set[str]:
        """Ids of the articles, texts and incidents that the rows bring: they have nothing that a stage could read."""
        keys = {"store.article": "article_id", "store.text": "text_id", "store.incident": "incident_id"}
        return {row[key] for table, key in keys.items() for row in self.rows.get(table, [])}

    @property
    def empty(self) -> bool:
        return not (self.landing or self.decisions or any(self.rows.values()))


def read_bundle(path: Path, *, trusted: bytes | None = None) -> BundleContent:
    """The content of a bundle, a folder or a ZIP.

    :param trusted: PEM of the public key that must have signed it.
    :raises BundleError: when it is not as it was exported, or of a format that this version does not know.
    """
    try:
        files = read_files(path)
    except (UnreadableError, OSError) as error:
        raise BundleError(f"{path} cannot be read as a bundle: {error}") from error
    problems = check_files(files) + check_signature(files, trusted)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise BundleError(f"{path} was tampered with or damaged, nothing of it was read: {problems[0]}{more}")
    record = json.loads(files["incident.json"])
    if record["format"] != "wiredesk-incident/1":
        raise BundleError(
            f"{path} is of the format {record['format']}, which this wiredesk does not know: update it"
        )
    incident_id = safe_id(record["incident"]["incident_id"])
    warc = b""
    if "pages.wacz" in files:
        with zipfile.ZipFile(io.BytesIO(files["pages.wacz"])) as wacz:
            warc = wacz.read("archive/data.warc.gz")
    warc_name = f"bundle-{incident_id}-{hashlib.sha256(warc).hexdigest()[:12]}.warc.gz" if warc else None
    return BundleContent(
        incident_id=incident_id,
        revision=int(record["incident"]["revision"]),
        kind=record["kind"],
        digest=hashlib.sha256(files["SHA256SUMS"]).hexdigest(),
        record=record,
        warc_name=warc_name,
        warc=warc,
        landing=_landing(record, warc, warc_name) if warc_name else [],
        decisions=[_journal(row) for row in record["decisions"]],
        translations=[json.loads(line) for line in files["translations.jsonl"].decode().split("\n") if line],
    )


def articles_of(path: Path) -> set[str] | None:
    """The ids of the articles that a bundle tells of, whether it is whole or not; ``None`` for what cannot be read."""
    try:
        record = json.loads(read_files(path)["incident.json"])
        return {row["article_id"] for row in record["articles"]}
    except (UnreadableError, OSError, ValueError, KeyError, TypeError):
        return None


def _landing(record: Row, warc: bytes, warc_name: str) -> list[Row]:
    """Landing lines for the pages of a WARC, with what the bundle knows of each fetch."""
    try:
        found = {page.sha256: page for page in captures(warc)}
    except PageError as error:
        raise BundleError(f"the pages of the bundle cannot be read: {error}") from error
    lines = []
    for article in record["articles"]:
        page = found.get(article["page_sha256"])
        fetches = [row for row in record["fetches"] if row["article_id"] == article["article_id"]]
        fetch = next((row for row in fetches if row["page_sha256"] == article["page_sha256"]), None)
        if page is None or fetch is None or article["archived"] != "pages.wacz":
            continue
        keep = ("url", "final_url", "outlet_id", "article_id", "kind", "way", "fetched", "http_status", "page_sha256",
                "content_type", "run_id")  # fmt: skip
        lines.append(
            {key: fetch[key] for key in keep}
            | {"outcome": "landed", "reason": "", "warc_file": warc_name, "warc_offset": page.offset}
            | {
                "warc_length": len(page.member),
                "etag": None,
                "last_modified": None,
                "published_hint": article["published"],
            }
        )
    return lines


def _journal(row: Row) -> Row:
    """A decision of the record as the journal of decisions writes one."""
    kept = {key: row[key] for key in ("decision_id", "subject", "subject_id", "action", "reason", "made_by")}
    return kept | {
        "after": row["after"] or {},
        "reason": row["reason"] or "",
        "made": row["made"].removesuffix("Z") + "+00:00",
    }


def plan_import(con: DuckDBPyConnection, bundle: BundleContent) -> ImportPlan:
    """What of ``bundle`` is new to the database behind ``con``.

    A page is known by article and hash, a decision by its id, a share-safe record by incident and revision.
    """
    pages = set(
        con.execute("SELECT article_id, page_sha256 FROM fetches WHERE warc_file IS NOT NULL").fetchall()
    )
    decided = _column(con, "SELECT decision_id FROM decisions")
    forgotten = _column(con, "SELECT DISTINCT article_id FROM fetches WHERE outcome = 'forgotten'")
    if bundle.kind != "full" and (
        gone := forgotten & {row["article_id"] for row in bundle.record["articles"]}
    ):
        raise BundleError(f"the bundle tells of {', '.join(sorted(gone))}, taken out here on request")
    landing = [
        row
        for row in bundle.landing
        if (row["article_id"], row["page_sha256"]) not in pages and row["article_id"] not in forgotten
    ]
    decisions = [row for row in bundle.decisions if row["decision_id"] not in decided]
    known = {
        "pages": len(bundle.landing) - len(landing),  # known, or taken out here on request
        "decisions": len(bundle.decisions) - len(decisions),
    }
    if bundle.kind == "full":
        new = bool(landing)
        return ImportPlan(
            incident_id=bundle.incident_id,
            kind=bundle.kind,
            warc_name=bundle.warc_name if new else None,
            warc=bundle.warc if new else b"",
            landing=landing,
            decisions=decisions,
            known=known,
        )
    here = con.execute(
        "SELECT revision FROM incidents WHERE incident_id = ?", [bundle.incident_id]
    ).fetchone()
    if here is not None and here[0] >= bundle.revision:
        return ImportPlan(bundle.incident_id, bundle.kind, known={"incidents": 1, **known})
    articles = _column(con, "SELECT article_id FROM articles")
    rows = store_rows(bundle, articles, _column(con, "SELECT text_id FROM texts"))
    outlets = _column(con, "SELECT outlet_id FROM outlets")
    rows["store.outlet"] = [row for row in rows["store.outlet"] if row["outlet_id"] not in outlets]
    last = con.execute("SELECT coalesce(max(position), 0) FROM store.decision").fetchone()
    rows["store.decision"] = [
        row | {"position": (last[0] if last else 0) + number}
        for number, row in enumerate(
            (row for row in rows["store.decision"] if row["decision_id"] not in decided), 1
        )
    ]
    return ImportPlan(
        incident_id=bundle.incident_id,
        kind=bundle.kind,
        rows=rows,
        known={"articles": sum(row["article_id"] in articles for row in bundle.record["articles"]), **known},
    )


def write_rows(con: DuckDBPyConnection, plan: ImportPlan) -> None:
    """Write the rows of a share-safe bundle in the caller's transaction; an older revision of the incident gives way."""
    if not plan.rows:
        return
    ids = [row["incident_id"] for row in plan.rows["store.incident"]]
    for table in ("incident_member", "incident_event", "vote", "incident"):
        con.execute(f"DELETE FROM store.{table} WHERE list_contains(?, incident_id)", [ids])
    for table in ("label", "evidence"):
        con.execute(
            f"DELETE FROM store.{table} WHERE subject = 'incident' AND subject_id = ?", [plan.incident_id]
        )
    for table, rows in plan.rows.items():
        insert(con, table, rows)


def _column(con: DuckDBPyConnection, sql: str) -> set[str]:
    return {name for (name,) in con.execute(sql).fetchall()}


def store_rows(bundle: BundleContent, known: set[str], known_texts: set[str]) -> dict[str, list[Row]]:
    """The record of a share-safe bundle as rows of the store's tables; articles that are known keep their own rows.

    :param known: article ids that the database has.
    :param known_texts: text ids that it has.
    """
    record = bundle.record
    articles = [row for row in record["articles"] if row["article_id"] not in known]
    new = {row["article_id"] for row in articles}
    texts = [row for row in record["texts"] if row["read_from"] in new and row["text_id"] not in known_texts]
    fresh = {row["text_id"] for row in texts}
    fetches = [row for row in record["fetches"] if row["article_id"] in new]
    fetch_of = {row["article_id"]: row["fetch_id"] for row in fetches}
    labels = [
        row
        for row in record["labels"]
        if row["subject_id"] == bundle.incident_id or row["subject_id"] in fresh
    ]
    rows: dict[str, list[Row]] = {
        "outlet": [
            _pick(row, "outlet_id name home language_tag country timezone rests_on") | {"declared": False}
            for row in record["outlets"]
        ],
        "fetch": [
            _pick(
                row,
                "fetch_id url final_url outlet_id article_id kind way fetched http_status page_sha256 content_type run_id",
            )
            # the line reads pages that landed; here there is nothing to read, and nothing was refused either
            | {"outcome": "unchanged", "reason": "told by a share-safe bundle, without the page"}
            for row in fetches
        ],
        "article": [
            _pick(
                row,
                "article_id version url canonical_url outlet_id outlet_as_printed title title_as_printed authors published "
                "published_zone published_precision modified fetched section image_url page_sha256 body_sha256 extractor",
            )
            | {"fetch_id": fetch_of.get(row["article_id"], bundle.incident_id)}
            for row in articles
        ],
        "language": [
            _pick(row, "article_id language script region language_tag")
            | {"confidence": row["language_confidence"], "method": row["language_method"]}
            for row in articles
        ],
        "fold": [
            _pick(row, "article_id text_id relation same_as attributed_source")
            | {"reason": row["fold_reason"]}
            for row in articles
            if row["text_id"]
        ],
        "text": [
            {
                "text_id": row["text_id"],
                "article_id": row["read_from"],
                "published": row["published"],
                "input_sha256": "",
            }
            for row in texts
        ],
        "relevance": [
            _pick(row, "text_id relevant") | {"score": row["relevance"] or 0.0, "profile": "imported"}
            for row in texts
            if row["relevant"] is not None
        ],
        "title_en": [
            {"article_id": row["article_id"], "title_en": row["title_en"], "flags": []}
            | written_by(row.get("translated_by"))
            for row in articles
            if row["title_en"]
        ],
        "sentence": [
            _pick(row, "text_id field n start_at end_at source target flags engine model") | {"current": True}
            for row in bundle.translations
            if row["text_id"] in fresh
        ],
        "judgement": [
            _pick(row, "text_id class materialisation limbs severity") | {"profile": "imported"}
            for row in texts
            if row["class"]
        ],
        "label": [
            _pick(row, "subject subject_id axis value score method model decided_by") for row in labels
        ],
        "evidence": [
            _pick(label, "subject subject_id axis value")
            | _pick(row, "text_id article_id quote field start_at end_at")
            for label in labels
            for row in label["evidence"]
        ],
        "fact": [row for row in record["facts"] if row["text_id"] in fresh],
        "incident": [_incident(record), *(_redirect(name, record) for name in record["redirects"])],
        "incident_member": list(
            {
                row["text_id"]: _pick(row, "incident_id text_id role score reason joined joined_by")
                for row in record["members"]
            }.values()
        ),
        "incident_event": [
            _pick(row, "incident_id n revision happened kind detail reason made_by run_id")
            for row in record["history"]
        ],
        "vote": record["votes"],
        "decision": [
            row | {"position": number, "outcome": "imported"}
            for number, row in enumerate(record["decisions"], 1)
        ],
    }
    return {f"store.{name}": [_stamped(row) for row in rows[name]] for name in TABLES}


def _incident(record: Row) -> Row:
    content = json.dumps(record["incident"], sort_keys=True, ensure_ascii=False)
    stored = {name: value for name, value in record["incident"].items() if name not in COUNTED}
    return stored | {"content_sha256": hashlib.sha256(content.encode()).hexdigest()}


def _redirect(name: str, record: Row) -> Row:
    """The row of an id that was merged: it says where it went, and no more is known of it."""
    target = record["incident"]["incident_id"]
    return {
        "incident_id": safe_id(name),
        "affair_id": record["incident"]["affair_id"],
        "revision": 1,
        "state": "merged",
        "merged_into": target,
        "content_sha256": hashlib.sha256(f"{name} {target}".encode()).hexdigest(),
    }


def _pick(row: Row, names: str) -> Row:
    return {name: row.get(name) for name in names.split()}


TIMES = frozenset(
    {"published", "modified", "fetched", "happened", "joined", "made", "first_published", "last_published"}
)


def _stamped(row: Row) -> dict[str, Any]:
    """Times as the store's bulk writer takes them: UTC without a zone."""
    return {
        name: value.removesuffix("Z").replace("T", " ") if name in TIMES and isinstance(value, str) else value
        for name, value in row.items()
    }
