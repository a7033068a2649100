"""``wiredesk demo``: the whole job on the sample outlets, from a real crawl over loopback to a verified bundle."""

from __future__ import annotations

import os
import shutil
import sys
import time
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli import crawl as street
from pipelines.cli import run as line
from pipelines.cli.common import Session, UserError, store_errors, table
from pipelines.store import fetch_rows, reader

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.samples import Score

MARKER = "THIS-IS-A-DEMO"
PACE = {"DOWNLOAD_DELAY": 0.02, "DOWNLOAD_DELAY_JITTER": 0.0}
"""The sample site is on this machine: no host has to be spared."""


@click.command("demo")
@click.option("--keep", is_flag=True, help="Go on with the demo's data folder instead of starting again.")
@click.pass_obj
def demo_command(session: Session, keep: bool) -> None:
    """The whole job on the sample outlets: crawl (over loopback), line, bundle, and the truth beside it.

    Everything lies in the folder demo of the data folder; your own data is not touched. All articles are invented.
    """
    from pipelines import samples

    os.environ.setdefault("WIREDESK_NOW", samples.NOW.isoformat())
    folder = session.data_dir if (session.data_dir / MARKER).exists() else session.data_dir / "demo"
    demo = Session(folder, session.as_json, session.quiet, session.verbose)
    _fresh(folder, keep=keep)
    started = time.monotonic()

    demo.say("The sample world: invented articles, served on loopback as if they stood at the outlets.\n")
    model = _model(demo)
    with samples.Site() as site:
        demo.say(f"\n1. Crawl: the real spiders, real HTTP, the site on {site.proxy}")
        keys = sorted({row.article_id.partition(":")[0] for row in samples.load_truth()})
        report = street.crawl(demo, tuple(keys), since=None, limit=None, via=site.proxy, settings=PACE)
    demo.say(table(street.rows_of(report), ["outlet", "listed", "new", "landed", "not landed"], widest=90))

    demo.say("\n2. The line: from pages to incidents")
    funnel = line.run(demo, model=model, command="demo")
    line.show(demo, funnel)

    with store_errors(), reader(folder) as con:
        _rejects(demo, con)
        _incidents(demo, con)
        scores = samples.compare(samples.load_truth(), found_by_article(con))
    _truth(demo, scores)
    _bundle(demo, folder)
    demo.say(f"\nDone in {time.monotonic() - started:.0f} seconds. Where to look:")
    command = _command()
    demo.say(f"  {command} --data {folder} incident list")
    demo.say(f'  {command} --data {folder} search "芯片 Corvida"')
    demo.say(f'  {command} --data {folder} query "FROM incidents"')
    demo.say(f"  {command} --data {folder} serve")
    if demo.as_json:
        demo.rows(
            [
                {
                    "question": s.question,
                    "hits": s.hits,
                    "known": s.known,
                    "misses": [asdict(miss) for miss in s.misses],
                }
                for s in scores
            ]
        )


def _command() -> str:
    """How this command was called, where a shell does not find it by its name (``make demo`` without an active .venv)."""
    called = Path(sys.argv[0])
    if shutil.which("wiredesk") or called.name != "wiredesk":
        return "wiredesk"
    here = Path.cwd()
    return str(called.relative_to(here) if called.is_relative_to(here) else called)


def _fresh(folder: Path, *, keep: bool) -> None:
    if folder.exists() and not keep:
        if not (folder / MARKER).exists() and any(folder.iterdir()):
            raise UserError(f"{folder} holds something that is no demo: name another folder with --data")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text(
        "Made by wiredesk demo. Every article in here is invented.\n", encoding="utf-8"
    )


def _model(demo: Session) -> str | None:
    """Install the sample package into the demo's folder, and say what it is."""
    from pipelines import translation

    try:
        package = translation.install(translation.sample_package(), demo.data_dir)
    except translation.TranslationError as error:
        demo.say(
            f"No translation: {error}. With a network: wiredesk model install; without: wiredesk model install FILE"
        )
        return None
    demo.say(f"Translation by the sample package {package.model}: it knows little beyond these samples.")
    demo.say("For real news install the real zh→en package: wiredesk model install [FILE]")
    return "sample"


def found_by_article(con: DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """What the line found, by article, in the shape of :func:`pipelines.samples.compare`."""
    rows = fetch_rows(
        con,
        """
        SELECT a.article_id, a.title, a.published, a.published_zone, a.text_id, t.relevant, t.class, t.materialisation,
               t.limbs, t.severity,
               (SELECT list(DISTINCT m.incident_id ORDER BY m.incident_id) FROM incident_members m
                WHERE m.article_id = a.article_id) AS incidents
        FROM articles a LEFT JOIN texts t USING (text_id)
        """,
    )
    for row in rows:
        row["incidents"] = row["incidents"] or []
        zone = row["published_zone"]
        if row["published"] is not None and zone:
            offset = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:5]))
            row["published"] = f"{(row['published'] + offset).isoformat()}{zone[:3]}:{zone[3:5]}"
    return {row["article_id"]: row for row in rows}


def _rejects(demo: Session, con: DuckDBPyConnection) -> None:
    rows = fetch_rows(
        con,
        "SELECT stage, outcome, reason, coalesce(url, article_id) AS what FROM rejects "
        "WHERE stage IN ('landing', 'reading') AND outcome NOT IN ('known', 'older_than_since') ORDER BY stage, outcome, what",
    )
    if rows:
        demo.say("\n3. What was dropped before it was an article, and why")
        demo.say(table(rows, ["stage", "outcome", "what", "reason"], widest=70))


def _incidents(demo: Session, con: DuckDBPyConnection) -> None:
    rows = fetch_rows(
        con,
        "SELECT incident_id, class, severity, articles, texts, origins, array_to_string(languages, ' ') AS languages, title "
        "FROM incidents WHERE state <> 'merged' ORDER BY first_published, incident_id",
    )
    demo.say(f"\n4. Incidents and hazards found: {len(rows)}")
    columns = ["incident_id", "class", "severity", "articles", "texts", "origins", "languages", "title"]
    demo.say(table(rows, columns) if rows else "none")


MEANING = {
    "title and time": "the title as it is, the time to the minute in the outlet's zone",
    "relevant": "concerns AI systems",
    "class": "incident, hazard, complementary, unrelated",
    "actual or plausible": "of incidents and hazards",
    "limb": "the strongest of (a) to (d), of incidents and hazards",
    "severity": "on the OECD ladder, of incidents and hazards",
    "one text": "pairs of articles that are one text, or were folded into one",
    "incident": "stands in the right incidents and in no other, or rightly in none",
}


def _truth(demo: Session, scores: list[Score]) -> None:
    demo.say("\n5. Beside the truth, which was written before the rules (pipelines/samples/truth.jsonl)")
    demo.say(
        table(
            [
                {"question": s.question, "hits": s.hits, "of": s.known, "means": MEANING[s.question]}
                for s in scores
            ],
            ["question", "hits", "of", "means"],
            widest=80,
        )
    )
    misses: dict[str, list[str]] = {}
    for score in scores:
        for miss in score.misses:
            misses.setdefault(miss.subject, []).append(f"{score.question}: {miss.got}, in truth {miss.want}")
    demo.say(f"\n   All misses ({sum(map(len, misses.values()))}, on {len(misses)} articles or pairs):")
    for subject, found in sorted(misses.items()):
        demo.say(f"   {subject}")
        for one in found:
            demo.say(f"       {one}")


def _bundle(demo: Session, folder: Path) -> None:
    from pipelines import bundles

    with store_errors(), reader(folder) as con:
        top = con.execute(
            "SELECT incident_id FROM incidents WHERE state <> 'merged' ORDER BY articles DESC, incident_id LIMIT 1"
        ).fetchone()
        if top is None:
            raise UserError("the demo found no incident: something is broken, please report it")
        paths = bundles.export(con, folder / "archive", [top[0]], folder / "bundles")
    problems = bundles.verify(paths[0])
    if problems:
        raise UserError(f"the bundle does not verify: {problems[0]}")
    demo.say(f"\n6. Bundle of the incident with most articles, exported and verified: {paths[0]}")
    demo.say(f"   read it: {paths[0] / 'incident.html'}")
    demo.say(f"   check it without wiredesk: python3 {paths[0] / 'verify.py'}")
