"""The public views have the columns that the contract names."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.store import Store

CONTRACT = {
    "outlets": "outlet_id name home language_tag country",
    "fetches": "url article_id outlet_id fetched http_status outcome reason warc_file warc_offset page_sha256 run_id",
    "articles": "article_id text_id url canonical_url outlet_id outlet_as_printed title title_as_printed title_en text "
    "text_en authors published published_zone published_precision modified first_seen language script region "
    "language_tag section image_url relation outcome reason",
    "article_versions": "article_id version",
    "texts": "text_id language_tag carriers origin",
    "sentences": "text_id n source target flags engine model",
    "labels": "subject subject_id axis value score method model decided_by",
    "evidence": "subject subject_id axis value text_id article_id page_sha256 quote quote_en field start_at end_at",
    "incidents": "incident_id affair_id revision title title_original summary class materialisation limb severity "
    "rationale first_published last_published articles texts origins outlets languages countries state merged_into",
    "incident_members": "incident_id article_id text_id role score reason joined joined_by",
    "votes": "incident_id axis value texts articles deciding_rule flips_if",
    "decisions": "decision_id subject subject_id action before after reason made_by made",
    "runs": "run_id command started finished outcome counts versions",
}


@pytest.mark.parametrize("view", sorted(CONTRACT))
def test_the_view_has_the_columns_of_the_contract(data_dir: Path, view: str) -> None:
    store = Store(data_dir)
    store.prepare(now=datetime(2026, 11, 23, tzinfo=UTC))
    with store.read() as con:
        columns = {name for (name, *_) in con.execute(f"DESCRIBE {view}").fetchall()}
    assert set(CONTRACT[view].split()) <= columns


def test_lists_are_lists_and_times_are_utc_timestamps(data_dir: Path) -> None:
    store = Store(data_dir)
    store.prepare(now=datetime(2026, 11, 23, tzinfo=UTC))
    with store.read() as con:
        kinds = {name: kind for (name, kind, *_) in con.execute("DESCRIBE incidents").fetchall()}
        kinds |= {name: kind for (name, kind, *_) in con.execute("DESCRIBE articles").fetchall()}
    assert {kinds[name] for name in ("outlets", "languages", "countries", "authors")} == {"VARCHAR[]"}
    assert {kinds[name] for name in ("first_published", "last_published", "published", "first_seen")} == {
        "TIMESTAMP"
    }
