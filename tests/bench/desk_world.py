"""A big invented world for timing the desk: 100,000 articles, 5,000 incidents, made inside DuckDB from hashes.

The same sizes give the same rows. Nothing in it means anything: words are drawn from a list by a hash.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.steps.base import Context
from pipelines.steps.search import SearchStep
from pipelines.store import Store
from pipelines.store.connection import STORAGE_VERSION
from pipelines.store.schema import migrate

ARTICLES, INCIDENTS, OUTLETS, DAYS = 100_000, 5_000, 30, 400
BIG = "2026-01-01-0000"
"""The id of the incident with most texts: sixty."""

WORDS = [
    "人工智慧",
    "演算法",
    "晶片",
    "輝達",
    "機器人",
    "無人車",
    "自駕車",
    "模型",
    "公司",
    "政府",
    "醫院",
    "病患",
    "學生",
    "警方",
    "法院",
    "記者",
    "報導",
    "表示",
    "指出",
    "調查",
    "系統",
    "資料",
    "隱私",
    "外洩",
    "錯誤",
    "事故",
    "受傷",
    "死亡",
    "罰款",
    "禁令",
    "歐盟",
    "美國",
    "中國",
    "臺灣",
    "日本",
    "市場",
    "專家",
    "研究",
    "大學",
    "網路",
    "平臺",
    "用戶",
    "安全",
    "風險",
    "責任",
    "賠償",
    "訴訟",
    "開發",
    "使用",
    "停用",
    "更新",
    "測試",
    "道路",
    "電網",
    "銀行",
    "詐騙",
    "語音",
    "影像",
    "臉部",
    "辨識",
    "選舉",
    "謠言",
    "內容",
    "審查",
    "昨天",
    "今天",
    "週一",
    "週三",
    "去年",
    "今年",
    "已經",
    "可能",
    "造成",
    "導致",
    "發生",
    "宣布",
    "要求",
    "提出",
    "同意",
    "拒絕",
    "認為",
    "批評",
    "支持",
    "反對",
    "關於",
    "因為",
    "所以",
]
ENGLISH = [
    "the",
    "system",
    "said",
    "on",
    "Monday",
    "that",
    "an",
    "algorithm",
    "had",
    "wrongly",
    "rated",
    "patients",
    "and",
    "police",
    "are",
    "investigating",
    "after",
    "a",
    "court",
    "ordered",
    "the",
    "company",
    "to",
    "stop",
    "using",
    "its",
    "model",
    "while",
    "experts",
    "warn",
    "of",
    "risks",
    "to",
    "privacy",
    "and",
    "safety",
]


def _words(column: str, count: str, seed: str, words: list[str], between: str) -> str:
    held = "[" + ", ".join(f"'{word}'" for word in words) + "]"
    return (
        f"array_to_string(list_transform(range({count}), lambda k: {held}[1 + (hash({column}, k, '{seed}') % "
        f"{len(words)})::INTEGER]), '{between}')"
    )


def make(data_dir: Path, *, articles: int = ARTICLES, incidents: int = INCIDENTS) -> Path:
    """Write the database into ``data_dir``; returns its path."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "wiredesk.duckdb"
    con = duckdb.connect(str(path), config={"storage_compatibility_version": STORAGE_VERSION})
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET enable_progress_bar = false")
    migrate(con, now=datetime(2026, 3, 6, tzinfo=UTC))
    for statement in _statements(articles, incidents):
        con.execute(statement)
    con.execute("CHECKPOINT")
    con.close()
    index(data_dir)
    return path


def index(data_dir: Path) -> None:
    """The search's index, as the line writes it."""
    step = SearchStep(Context(data_dir, "run-1", datetime(2026, 3, 6, tzinfo=UTC), "ai-incidents"))
    store = Store(data_dir)
    with store.read() as con:
        tasks = step.pending(con)
    for start in range(0, len(tasks), step.chunk):
        chunk = tasks[start : start + step.chunk]
        with store.write() as con:
            step.save(con, list(step.compute(chunk, step.load(con, chunk))))


def _statements(articles: int, incidents: int) -> list[str]:
    texts = articles * 4 // 5
    relevant = articles // 5
    per = relevant * 3 // 4 // incidents
    tag = "CASE (i % 30) % 5 WHEN 0 THEN 'en' WHEN 1 THEN 'zh-Hans' WHEN 2 THEN 'zh-Hant-HK' ELSE 'zh-Hant-TW' END"
    day = f"TIMESTAMP '2025-01-01' + INTERVAL (hash(i, 'day') % {DAYS * 1440}) MINUTE"
    # text i is read from article i; the last fifth of the articles repeats the texts of the first
    text = f"printf('t-%012x', CASE WHEN i < {texts} THEN i ELSE i - {texts} END)"
    member = f"least(t // {per}, {incidents - 1})"
    number = f"CASE WHEN t < 60 THEN 0 ELSE {member} END"
    incident = "printf('2026-01-01-%04x', {})"
    seq = "FROM range({}) r(i)".format
    return [
        "INSERT INTO store.run VALUES ('run-1', 'run', '2026-03-05 00:10:00', '2026-03-05 00:40:00', 'done', '{\"reading\": \"1\"}')",
        (
            f"INSERT INTO store.outlet SELECT 'outlet' || i, 'Outlet ' || i, 'https://o' || i || '.example/', {tag}, "
            f"['TWN', 'CHN', 'HKG', 'USA', 'DEU'][1 + i % 5], 'Asia/Taipei', 'seen', true {seq(OUTLETS)}"
        ),
        (
            f"INSERT INTO store.fetch SELECT printf('%024x', i), 'https://o' || i % 30 || '.example/a/' || i, NULL, 'outlet' || i % 30, "
            f"'outlet' || i % 30 || ':' || i, 'article', 'feed', {day}, 200, CASE WHEN i < {articles} THEN 'landed' ELSE 'http_404' END, "
            f"NULL, 'w.warc.gz', i, 10, printf('%064x', i), 'text/html', NULL, NULL, NULL, 'crawl-1' {seq(articles * 13 // 10)}"
        ),
        (
            f"INSERT INTO store.article SELECT 'outlet' || i % 30 || ':' || i, 1, printf('%024x', i), 'https://o' || i % 30 || '.example/a/' || i, "
            f"NULL, 'outlet' || i % 30, NULL, {_words('i', '9', 'title', WORDS, '')}, NULL, {_words('i', '150 + i % 200', 'body', WORDS, '')}, "
            f"['王小明'], {day}, '+08:00', 'minute', NULL, {day}, NULL, NULL, printf('%064x', i), printf('%064x', i), 'blocks-1', NULL, NULL {seq(articles)}"
        ),
        f"INSERT INTO store.language SELECT 'outlet' || i % 30 || ':' || i, left({tag}, 2), 'Hant', NULL, {tag}, 0.99, 'scripts' {seq(articles)}",
        (
            f"INSERT INTO store.fold SELECT 'outlet' || i % 30 || ':' || i, {text}, CASE WHEN i < {texts} THEN 'original' ELSE 'twin' END, "
            f"'same words', NULL, NULL, NULL {seq(articles)}"
        ),
        f"INSERT INTO store.text SELECT {text}, 'outlet' || i % 30 || ':' || i, {day}, printf('%064x', i) {seq(texts)}",
        f"INSERT INTO store.relevance SELECT {text}, i < {relevant}, 0.7, 'ai-incidents' {seq(texts)}",
        (
            f"INSERT INTO store.title_en SELECT 'outlet' || i % 30 || ':' || i, {_words('i', '11', 'te', ENGLISH, ' ')}, [], 'argos', 'zh-en 1.9' "
            f"{seq(articles)} WHERE {tag} <> 'en'"
        ),
        (
            f"INSERT INTO store.sentence SELECT printf('t-%012x', i), 'text', n, n * 20, n * 20 + 20, {_words('i * 100 + n', '10', 's', WORDS, '')}, "
            f"{_words('i * 100 + n', '16', 'e', ENGLISH, ' ')}, CASE WHEN hash(i, n) % 20 = 0 THEN ['too_short'] ELSE [] END, 'argos', 'zh-en 1.9', "
            f"true FROM range({relevant}) r(i), range(16) s(n)"
        ),
        (
            f"INSERT INTO store.judgement SELECT {text}, CASE WHEN i % 5 < 3 THEN 'incident' WHEN i % 5 = 3 THEN 'hazard' ELSE 'complementary' END, "
            f"'actual', ['a'], 'incident', '[]', 'ai-incidents' {seq(relevant)}"
        ),
        f"INSERT INTO store.label SELECT 'text', {text}, axis, value, 0.9, 'rules', 'm', 'machine' {seq(relevant)}, {_LABELS}",
        (
            f"INSERT INTO store.evidence SELECT 'text', {text}, axis, value, {text}, 'outlet' || i % 30 || ':' || i, "
            f"{_words('i', '5', 'q', WORDS, '')}, 'text', 20 * (n % 16), 20 * (n % 16) + 10 {seq(relevant)}, {_LABELS}"
        ),
        (
            f"INSERT INTO store.incident ({_INCIDENT}) SELECT {incident.format('i')}, {incident.format('i - i % 4')}, 1 + i % 3, "
            f"{_words('i', '10', 'it', ENGLISH, ' ')}, {_words('i', '9', 'io', WORDS, '')}, {_words('i', '60', 'is', ENGLISH, ' ')}, '[]', "
            f"CASE WHEN i % 4 = 3 THEN 'hazard' ELSE 'incident' END, 'actual', ['a', 'b', 'c', 'd'][1 + i % 4], "
            f"['incident', 'serious incident', 'hazard', 'unknown'][1 + i % 4], 'because', NULL, NULL, {day}, {day} + INTERVAL 3 DAY, "
            f"1 + i % 4, [['TWN', 'CHN', 'USA', 'DEU', 'HKG', 'JPN'][1 + i % 6]], 'open', NULL, 'x' {seq(incidents)}"
        ),
        (
            f"INSERT INTO store.incident_member SELECT DISTINCT ON (text_id) {incident.format(number)} AS incident_id, printf('t-%012x', t) AS text_id, "
            f"'report', 0.12 + (hash(t) % 30) / 100.0, 'same names: Corvida and Yaohang', '2026-03-05 00:20:00', 'machine' "
            f"FROM range({per * incidents}) r(t)"
        ),
        f"INSERT INTO store.label SELECT 'incident', {incident.format('i')}, axis, value, 0.9, 'votes', 'm', 'machine' {seq(incidents)}, {_LABELS}",
        (
            "INSERT INTO store.evidence SELECT 'incident', incident_id, e.axis, e.value, e.text_id, e.article_id, e.quote, e.field, e.start_at, e.end_at "
            "FROM store.evidence e JOIN store.incident_member m USING (text_id) WHERE e.subject = 'text'"
        ),
        (
            f"INSERT INTO store.vote SELECT {incident.format('i')}, axis, value, 2 + (hash(i, value) % 2)::INTEGER, 3, 'most texts', 'two more texts say so' "
            f"{seq(incidents)}, {_LABELS}"
        ),
        f"INSERT INTO store.vote SELECT {incident.format('i')}, 'class', 'complementary', (hash(i) % 3)::INTEGER, 1, 'most texts', NULL {seq(incidents)}",
        (
            f"INSERT INTO store.incident_event SELECT {incident.format('i')}, n, n, TIMESTAMP '2026-03-05 00:30:00' - INTERVAL (i * 7 + n) MINUTE, "
            f'CASE WHEN n = 1 THEN \'opened\' ELSE \'class changed\' END, \'{{"from": "hazard", "to": "incident"}}\', '
            f"'class hazard → incident, because of ' || printf('t-%012x', i * {per}), 'machine', 'run-1' {seq(incidents)}, range(1, 4) s(n)"
        ),
        (
            f"INSERT INTO store.fact SELECT printf('t-%012x', i), n, ['organisation', 'country', 'quantity'][1 + n % 3], 'value ' || hash(i, n) % 50, NULL, "
            f"NULL, NULL, NULL, NULL, NULL, NULL {seq(relevant)}, range(4) s(n)"
        ),
        f"INSERT INTO store.stage_result SELECT 'reading', printf('%024x', i), NULL, 'ok', NULL, '1', 'run-1' {seq(articles)}",
        *(
            f"INSERT INTO store.stage_result SELECT '{stage}', 'outlet' || i % 30 || ':' || i, NULL, 'ok', NULL, '1', 'run-1' {seq(articles)}"
            for stage in ("language", "texts")
        ),
        (
            f"INSERT INTO store.stage_result SELECT 'relevance', {text}, NULL, CASE WHEN i < {relevant} THEN 'ok' ELSE 'not_relevant' END, "
            f"'no sentence speaks of AI systems', '1', 'run-1' {seq(texts)}"
        ),
        *(
            f"INSERT INTO store.stage_result SELECT '{stage}', {text}, NULL, CASE WHEN i < {per * incidents} THEN 'ok' ELSE 'waiting' END, "
            f"NULL, '1', 'run-1' {seq(relevant)}"
            for stage in ("labels", "incidents")
        ),
        "INSERT INTO store.stage_count SELECT run_id, stage, outcome, count(*) FROM store.stage_result GROUP BY ALL",
    ]


_INCIDENT = (
    "incident_id, affair_id, revision, title, title_original, summary, summary_sentences, class, materialisation, limb, severity, "
    "rationale, event_date, event_date_precision, first_published, last_published, origins, countries, state, merged_into, content_sha256"
)
_LABELS = """(VALUES ('class', 'incident', 0), ('limb', 'a', 1), ('severity', 'incident', 2), ('harm_type', 'Physical (injury)', 3),
('harm_type', 'Economic/Property', 4), ('principle', 'Safety', 5), ('principle', 'Accountability', 6),
('industry', 'Mobility and autonomous vehicles', 7), ('stakeholder', 'Consumers', 8), ('ai_task', 'Content generation', 9)) l(axis, value, n)"""
