"""``wiredesk query`` and ``wiredesk search``: questions that only read."""

from __future__ import annotations

import csv
import difflib
import os
import re
import sys
from datetime import datetime
from typing import TYPE_CHECKING, get_args

import click

from pipelines import store
from pipelines.cli.common import FAILED, WRONG_USE, Session, UserError, cell, store_errors
from pipelines.records import Class

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NOTHING = re.compile(r"(?:[\s;]|--[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)
_NO_TABLE = re.compile(r"Table with name (\S+) does not exist")


@click.command("query")
@click.argument("sql")
@click.option("--limit", default=10_000, show_default=True, help="Rows at most.")
@click.option("--seconds", default=30.0, show_default=True, help="Seconds at most.")
@click.option("--csv", "as_csv", is_flag=True, help="RFC 4180 CSV; spreadsheet formulas are neutralised.")
@click.pass_obj
def query_command(session: Session, sql: str, limit: int, seconds: float, as_csv: bool) -> None:
    """Read-only SQL on the public views, for instance:

    wiredesk query "SELECT incident_id, title, articles FROM incidents ORDER BY last_published DESC"
    """

    if _NOTHING.fullmatch(sql):
        raise UserError(
            'the query is empty: give it a SELECT, for instance "SELECT incident_id, title FROM incidents"',
            WRONG_USE,
        )

    def give_up() -> None:
        click.echo(f"wiredesk: {store.too_long(seconds)}", err=True)
        os._exit(FAILED)

    with (
        store_errors(),
        store.bounded(seconds, give_up),
        store.reader(session.data_dir) as con,
    ):
        try:
            answer = store.query(con, sql, seconds=seconds, limit=limit)
        except store.QueryError as error:
            if unknown := _NO_TABLE.search(str(error)):
                raise UserError(_no_table(con, unknown[1])) from error
            raise
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(answer.columns)
        writer.writerows([[_harmless(cell(value)) for value in row] for row in answer.rows])
    else:
        session.rows(
            [dict(zip(answer.columns, row, strict=True)) for row in answer.rows],
            answer.columns,
            empty="no rows",
        )
    if answer.more:
        session.note(f"only the first {limit} rows: raise --limit for more")


def _no_table(con: DuckDBPyConnection, name: str) -> str:
    """What there is instead of a table that a query named wrongly."""
    views = [
        view
        for (view,) in con.execute(
            "SELECT view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'main' ORDER BY view_name"
        ).fetchall()
    ]
    near = difflib.get_close_matches(name, views, n=1)
    meant = f" (did you mean {near[0]}?)" if near else ""
    return f"there is no table {name}{meant}; the public views are {', '.join(views)}: docs/data.md describes them"


def _harmless(value: str) -> str:
    """A cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    return "'" + value if value[:1] in "=+-@\t\r" and not _is_number(value) else value


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--kind", type=click.Choice(["article", "incident"]), help="Only these; both by default.")
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Hits of a kind at most."
)
@click.option(
    "--outlet", "outlets", multiple=True, metavar="KEY", help="Only articles of this outlet; may come twice."
)
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="First day.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="Last day.")
@click.option(
    "--language", "languages", multiple=True, metavar="TAG", help="Only in this language: zh, zh-Hant, en."
)
@click.option(
    "--class", "classes", multiple=True, type=click.Choice(get_args(Class)), help="Only of this class."
)
@click.option("--grouped", is_flag=True, help="Only articles that stand in an incident.")
@click.pass_obj
def search_command(
    session: Session,
    words: tuple[str, ...],
    kind: str | None,
    limit: int,
    outlets: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    languages: tuple[str, ...],
    classes: tuple[str, ...],
    grouped: bool,
) -> None:
    """Search incidents and articles, in any script, region's words or language; the best first.

    Every word must be found (of more than six, most), in any of its forms: 晶片 finds 芯片 and chip, iFlytek finds
    科大訊飛. "Quoted words" stand together as they are, chip* is a beginning, and in
    one argument ("晶片 -police") a word with a minus must not stand there.
    """
    from pipelines import search

    query = " ".join(words)
    filters = search.Filters(
        outlets=outlets,
        since=since.date() if since else None,
        until=until.date() if until else None,
        languages=languages,
        classes=classes,
        grouped=grouped,
    )
    with store_errors(), store.reader(session.data_dir) as con:
        answers = [
            search.find(con, query, kind=one, limit=limit, filters=filters, data_dir=session.data_dir)
            for one in ("incident", "article")
            if kind in (None, one)
        ]
    hits = [hit for answer in answers for hit in answer.hits]
    for note in dict.fromkeys(note for answer in answers for note in answer.notes):
        if hits:
            session.note(note)
        else:
            raise UserError(f"nothing found: {note}")
    if session.as_json:
        session.rows([hit.as_row() for hit in hits])
        return
    if not hits:
        raise UserError(
            f"nothing holds {query[:80]}" + (" within these filters" if filters != search.Filters() else "")
        )
    for answer in answers:
        for hit in answer.hits:
            name = hit.article_id or f"incident {hit.incident_id}"
            session.say(f"{hit.published or ' ' * 10}  {name}  {hit.title}")
            if hit.title_en and hit.title_en != hit.title:
                session.say(f"    {hit.title_en}")
            if hit.passage:
                session.say(f"    {hit.passage}")
            session.say(f"    {hit.where}" if hit.article_id else f"    class {hit.class_ or 'not decided'}")
        if len(answer.hits) == limit < answer.found:
            session.note(f"the best {limit} of {answer.found} {answer.hits[0].kind}s")
