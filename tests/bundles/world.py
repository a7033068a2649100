"""A small invented world in a real store: one incident with twins, a copy and a follow-up, one hazard, one merged id.

Every name, event and sentence is made up for the tests; the pages lie in a real WARC, written with warcio.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipelines.store import fetch_rows, insert
from pipelines.store.schema import migrate

INCIDENT = "2026-03-02-k3x9"
MERGED = "2026-03-03-0abc"
HAZARD = "2026-03-05-zz11"
NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
VERSIONS = {"wiredesk": "0.1.0", "reading": "reading-1", "labels": "labels-1", "incidents": "incidents-1"}

HANT = {
    "title": "北湖醫院人工智慧分診系統誤判 兩名病患延誤送醫",
    "text": "北湖市立醫院週一表示，人工智慧分診系統將兩名胸痛病患誤判為輕症，造成延誤送醫。\n"
    "其中一名六十八歲病患受傷，目前住院觀察。院方已停用該系統。\n"
    "據英媒報導，系統由「青嵐科技」開發，去年起在三家醫院使用。",
}
HANS = {
    "title": "北湖医院人工智能分诊系统误判 两名病患延误送医",
    "text": "北湖市立医院周一表示，人工智能分诊系统将两名胸痛病患误判为轻症，造成延误送医。\n"
    "其中一名六十八岁病患受伤，目前住院观察。院方已停用该系统。\n"
    "据英媒报道，系统由“青岚科技”开发，去年起在三家医院使用。",
}
ENGLISH = {
    "title": "Hospital pulls AI triage after two patients were sent home",
    "text": "A triage system at Northlake City Hospital rated two patients with chest pain as minor cases, the hospital said.\n"
    "One of them, aged 68, was injured and remains under observation.\n"
    "The developer, Qinglan Technology, said it was investigating.",
}
FOLLOW = {
    "title": "衛生局將檢查三家醫院的分診系統",
    "text": "北湖市衛生局週四宣布，將檢查使用同一系統的三家醫院。\n局長說，檢查結果將於下月公布。",
}
RISK = {
    "title": "專家警告：無人計程車軟體可能忽略停車標誌",
    "text": "研究人員週五警告，無人計程車的軟體在雨中可能忽略停車標誌，一旦發生恐造成傷亡。",
}
ENGLISH_OF = {
    HANT["title"]: "Northlake hospital's AI triage misjudged; two patients reached care late",
    "北湖市立醫院週一表示，人工智慧分診系統將兩名胸痛病患誤判為輕症，造成延誤送醫。": "Northlake City Hospital said on Monday that an AI triage system had rated two patients with chest pain as minor cases, delaying their care.",
    "其中一名六十八歲病患受傷，目前住院觀察。": "One of them, a 68-year-old patient, was injured and is under observation in hospital.",
    "院方已停用該系統。": "The hospital has stopped using the system.",
    "據英媒報導，系統由「青嵐科技」開發，去年起在三家醫院使用。": "According to British media, the system was developed by Qinglan Technology and has been used in three hospitals since last year.",
    FOLLOW["title"]: "Health bureau to inspect the triage systems of three hospitals",
    "北湖市衛生局週四宣布，將檢查使用同一系統的三家醫院。": "Northlake's health bureau announced on Thursday that it would inspect three hospitals using the same system.",
    "局長說，檢查結果將於下月公布。": "The director said the results would be published next month.",
    RISK["title"]: "Experts warn: robotaxi software could ignore stop signs",
    RISK[
        "text"
    ]: "Researchers warned on Friday that robotaxi software could ignore stop signs in rain, which could cause deaths and injuries.",
}


@dataclass
class World:
    """Rows to write and pages to archive; tests change them before :meth:`build`."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    pages: dict[str, bytes] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> dict[str, Any]:
        self.rows.setdefault(f"store.{table}", []).append(row)
        return row

    def find(self, table: str, **wanted: Any) -> dict[str, Any]:
        return next(row for row in self.rows[f"store.{table}"] if wanted.items() <= row.items())

    def outlet(self, outlet_id: str, name: str, tag: str, country: str) -> None:
        self.add(
            "outlet", outlet_id=outlet_id, name=name, home=f"https://{outlet_id}.example/", language_tag=tag, country=country,
            timezone="Asia/Taipei", rests_on=None, declared=True,
        )  # fmt: skip

    def article(
        self, article_id: str, words: dict[str, str], published: str, tag: str, *, text_id: str, relation: str = "original",
        same_as: str | None = None, url: str | None = None,
    ) -> None:  # fmt: skip
        outlet_id, _, number = article_id.partition(":")
        url = url or f"https://{outlet_id}.example/story/{number}?utm=1&a=b"
        page = (
            f"<!DOCTYPE html><meta charset=utf-8><title>{words['title']}</title><p>{words['text']}".encode()
        )
        self.pages[article_id] = page
        fetched = "2026-03-05 00:00:00"
        self.add(
            "fetch", fetch_id=hashlib.sha256(article_id.encode()).hexdigest()[:24], url=url, final_url=url, outlet_id=outlet_id,
            article_id=article_id, kind="article", way="feed", fetched=fetched, http_status=200, outcome="landed", reason=None,
            warc_file="demo-0.warc.gz", warc_offset=-1, warc_length=None, page_sha256=hashlib.sha256(page).hexdigest(),
            content_type="text/html; charset=utf-8", etag=None, last_modified=None, published_hint=None, run_id="run-1",
        )  # fmt: skip
        self.add(
            "article", article_id=article_id, version=1, fetch_id=self.rows["store.fetch"][-1]["fetch_id"], url=url, canonical_url=url,
            outlet_id=outlet_id, outlet_as_printed=None, title=words["title"], title_as_printed=f"{words['title']} | {outlet_id}",
            text=words["text"], authors=["王小明", "Lee, A."], published=published, published_zone="+08:00",
            published_precision="minute", modified=None, fetched=fetched, section=None, image_url=None,
            page_sha256=hashlib.sha256(page).hexdigest(), body_sha256=hashlib.sha256(words["text"].encode()).hexdigest(),
            extractor="blocks-1", change=None,
        )  # fmt: skip
        language, _, script = tag.partition("-")
        self.add(
            "language", article_id=article_id, language=language, script=(script or "Latn")[:4], region=None, language_tag=tag,
            confidence=0.99, method="scripts",
        )  # fmt: skip
        self.add(
            "fold", article_id=article_id, text_id=text_id, relation=relation, reason="same words", same_as=same_as, similarity=None,
            attributed_source="unnamed British media" if words in (HANT, HANS) else None,
        )  # fmt: skip
        if relation == "original":
            self.add(
                "text", text_id=text_id, article_id=article_id, published=published, input_sha256="0" * 64
            )
        if tag.startswith("zh"):
            english = ENGLISH_OF.get(words["title"], ENGLISH_OF[HANT["title"]])
            self.add(
                "title_en",
                article_id=article_id,
                title_en=english,
                flags=[],
                engine="argos",
                model="zh-en 1.9 sample",
            )

    def sentences(self, text_id: str, words: dict[str, str]) -> None:
        import re

        n = 0
        for name in ("title", "text"):
            for match in re.finditer(r"[^。\n]+。?", words[name]):
                self.add(
                    "sentence", text_id=text_id, field=name, n=n, start_at=match.start(), end_at=match.end(), source=match[0],
                    target=ENGLISH_OF[match[0]], flags=["names"] if "青嵐" in match[0] else [], engine="argos",
                    model="zh-en 1.9 sample", current=True,
                )  # fmt: skip
                n += 1

    def label(
        self,
        subject: str,
        subject_id: str,
        axis: str,
        value: str,
        *quotes: tuple[str, str, dict[str, str], str],
        by: str = "machine",
    ) -> None:
        self.add(
            "label", subject=subject, subject_id=subject_id, axis=axis, value=value, score=0.9, method="rules", model="lexicon-1 abc",
            decided_by=by,
        )  # fmt: skip
        for text_id, article_id, words, quote in quotes:
            name = "text" if quote in words["text"] else "title"
            start = words[name].index(quote)
            self.add(
                "evidence", subject=subject, subject_id=subject_id, axis=axis, value=value, text_id=text_id, article_id=article_id,
                quote=quote, field=name, start_at=start, end_at=start + len(quote),
            )  # fmt: skip

    def build(self, archive: Path) -> duckdb.DuckDBPyConnection:
        """The store in memory, with the archive written to ``archive``."""
        archive.mkdir(parents=True, exist_ok=True)
        offsets = write_warc(
            archive / "demo-0.warc.gz",
            {key: (self.find("fetch", article_id=key)["url"], body) for key, body in self.pages.items()},
        )
        for row in self.rows["store.fetch"]:
            if row["warc_offset"] == -1:
                row["warc_offset"] = offsets[row["article_id"]]
        con = empty_store()
        for table, rows in self.rows.items():
            insert(con, table, rows)
        return con


def empty_store() -> duckdb.DuckDBPyConnection:
    """A store without a row, in memory."""
    con = duckdb.connect(config={"threads": "2"})
    migrate(con, now=NOW)
    return con


def write_warc(path: Path, pages: dict[str, tuple[str, bytes]]) -> dict[str, int]:
    """A WARC of responses; the offset of each."""
    offsets = {}
    with path.open("wb") as handle:
        writer = WARCWriter(handle, gzip=True, warc_version="WARC/1.1")
        for key, (url, body) in pages.items():
            offsets[key] = handle.tell()
            head = StatusAndHeaders(
                "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
            )
            record = writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), length=len(body), http_headers=head,
                warc_headers_dict={"WARC-Date": "2026-03-05T00:00:00Z", "WARC-Record-ID": f"<urn:uuid:{hashlib.md5(key.encode()).hexdigest()}>"},
            )  # fmt: skip
            writer.write_record(record)
            record.raw_stream.close()  # the spool in which warcio counted the digest
    return offsets


def world() -> World:
    """The whole small world."""
    made = World()
    made.outlet("lakenews", "湖報 Lake News", "zh-Hant-TW", "TWN")
    made.outlet("lakenews-cn", "湖报", "zh-Hans-CN", "TWN")
    made.outlet("northwire", "North Wire", "en", "USA")
    made.article("lakenews:101", HANT, "2026-03-02 01:15:00", "zh-Hant-TW", text_id="t-hant")
    made.article(
        "lakenews-cn:101",
        HANS,
        "2026-03-02 01:20:00",
        "zh-Hans",
        text_id="t-hant",
        relation="twin",
        same_as="lakenews:101",
    )
    made.article("northwire:55", ENGLISH, "2026-03-03 09:00:00", "en", text_id="t-en")
    made.article("lakenews:140", FOLLOW, "2026-03-05 03:00:00", "zh-Hant-TW", text_id="t-follow")
    made.article("lakenews:150", RISK, "2026-03-05 05:00:00", "zh-Hant-TW", text_id="t-risk")
    for text_id, words in (("t-hant", HANT), ("t-follow", FOLLOW), ("t-risk", RISK)):
        made.sentences(text_id, words)
    _judge(made)
    _group(made)
    made.add(
        "run", run_id="run-1", command="run", started="2026-03-05 00:10:00", finished="2026-03-05 00:11:00", outcome="done",
        versions={"reading": "reading-1"},
    )  # fmt: skip
    return made


def _judge(made: World) -> None:
    for text_id, class_ in (
        ("t-hant", "incident"),
        ("t-en", "incident"),
        ("t-follow", "complementary"),
        ("t-risk", "hazard"),
    ):
        made.add(
            "judgement", text_id=text_id, **{"class": class_}, materialisation={"incident": "actual", "hazard": "plausible"}.get(class_),
            limbs=["a"] if class_ != "complementary" else [], severity=class_ if class_ != "complementary" else "unknown",
            candidates=[], profile="ai-incidents",
        )  # fmt: skip
    hurt = ("t-hant", "lakenews:101", HANT, "其中一名六十八歲病患受傷，目前住院觀察。")
    late = ("t-hant", "lakenews:101", HANT, "人工智慧分診系統將兩名胸痛病患誤判為輕症")
    english = (
        "t-en",
        "northwire:55",
        ENGLISH,
        "One of them, aged 68, was injured and remains under observation.",
    )
    for subject, subject_id, quotes in (
        ("incident", INCIDENT, (hurt, english)), ("text", "t-hant", (hurt,)), ("text", "t-en", (english,)),
    ):  # fmt: skip
        made.label(subject, subject_id, "class", "incident", *quotes)
        made.label(subject, subject_id, "limb", "a", *quotes)
        made.label(subject, subject_id, "harm_type", "Physical (injury)", *quotes)
    made.label("incident", INCIDENT, "principle", "Safety", hurt)
    made.label("incident", INCIDENT, "principle", "Robustness & digital security", late)
    made.label("incident", INCIDENT, "industry", "Healthcare, drugs, and biotechnology", late)
    made.label("incident", INCIDENT, "stakeholder", "Consumers", late, by="anna")
    made.label("incident", INCIDENT, "severity", "incident", hurt)
    made.label("incident", INCIDENT, "ai_task", "Forecasting/prediction", late)
    made.label(
        "text",
        "t-follow",
        "class",
        "complementary",
        ("t-follow", "lakenews:140", FOLLOW, "將檢查使用同一系統的三家醫院"),
    )
    risk = ("t-risk", "lakenews:150", RISK, "一旦發生恐造成傷亡")
    made.label("text", "t-risk", "class", "hazard", risk)
    made.label("incident", HAZARD, "class", "hazard", risk)
    start = HANT["text"].index("青嵐科技")
    made.add(
        "fact", text_id="t-hant", n=0, kind="organisation", value="Qinglan Technology", role="developer", unit=None, precision=None,
        quote="青嵐科技", field="text", start_at=start, end_at=start + 4,
    )  # fmt: skip
    made.add(
        "fact", text_id="t-en", n=0, kind="country", value="TWN", role="occurred", unit=None, precision=None, quote=None, field=None,
        start_at=None, end_at=None,
    )  # fmt: skip


def _group(made: World) -> None:
    def incident(incident_id: str, **row: Any) -> None:
        made.add(
            "incident", incident_id=incident_id, affair_id=row.pop("affair_id", incident_id), revision=row.pop("revision", 1),
            event_date=row.pop("event_date", None), event_date_precision="day", countries=["TWN"], content_sha256="0" * 64,
            summary_sentences=[], timeline=[], origin_names=row.pop("origin_names", ["lakenews"]), origins=row.pop("origins", 1), limb="a", rationale=row.pop("rationale", None), **row,
        )  # fmt: skip

    incident(
        INCIDENT, revision=3, title=ENGLISH_OF[HANT["title"]], title_original=HANT["title"],
        summary="Northlake City Hospital said on Monday that an AI triage system had rated two patients with chest pain as minor cases.",
        rationale="Two of three voting texts report an injury that has happened after an AI system failed: “其中一名六十八歲病患受傷，目前住院觀察。”",
        first_published="2026-03-02 01:15:00", last_published="2026-03-05 03:00:00", state="open", merged_into=None, event_date="2026-03-01",
        origins=2, origin_names=["unnamed British media", "northwire"], **{"class": "incident"}, materialisation="actual", severity="incident",
    )  # fmt: skip
    incident(
        MERGED, title="Two patients sent home by triage software", title_original=None, summary=None, first_published="2026-03-03 09:00:00",
        last_published="2026-03-03 09:00:00", state="merged", merged_into=INCIDENT, **{"class": "incident"}, materialisation="actual",
        severity="incident",
    )  # fmt: skip
    incident(
        HAZARD, title=ENGLISH_OF[RISK["title"]], title_original=RISK["title"], summary=None, first_published="2026-03-05 05:00:00",
        last_published="2026-03-05 05:00:00", state="open", merged_into=None, **{"class": "hazard"}, materialisation="plausible",
        severity="hazard",
    )  # fmt: skip
    for incident_id, text_id, role in (
        (INCIDENT, "t-hant", "report"), (INCIDENT, "t-en", "report"), (INCIDENT, "t-follow", "complementary"), (HAZARD, "t-risk", "report"),
    ):  # fmt: skip
        made.add(
            "incident_member", incident_id=incident_id, text_id=text_id, role=role, score=0.81, reason="same names: Qinglan Technology",
            joined="2026-03-05 00:10:30", joined_by="machine",
        )  # fmt: skip
    for n, (revision, kind, who, why) in enumerate(
        [
            (1, "opened", "machine", None),
            (2, "merged", "anna", "the same two patients"),
            (3, "joined", "machine", "same names"),
        ]
    ):
        made.add(
            "incident_event", incident_id=INCIDENT, n=n, revision=revision, happened=f"2026-03-05 0{n}:10:30", kind=kind,
            detail={"texts": ["t-hant"]} if n == 0 else {}, reason=why, made_by=who, run_id="run-1",
        )  # fmt: skip
    for axis, value, texts, articles in (
        ("class", "incident", 2, 3), ("class", "complementary", 1, 1), ("harm_type", "Physical (injury)", 2, 3), ("severity", "incident", 2, 3),
    ):  # fmt: skip
        made.add(
            "vote", incident_id=INCIDENT, axis=axis, value=value, texts=texts, articles=articles, deciding_rule="most texts",
            flips_if="two more texts say hazard" if axis == "class" else None,
        )  # fmt: skip
    made.add(
        "decision", decision_id="d-1", position=1, subject="incident", subject_id=INCIDENT, action="label",
        before={"stakeholder": []}, after={"stakeholder": ["Consumers"]}, reason="patients are consumers of the service",
        made_by="anna", made="2026-03-05 01:00:00", outcome="applied", undone_by=None,
    )  # fmt: skip


def query(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    return fetch_rows(con, sql)
