"""``wiredesk query`` and ``wiredesk search``: questions that only read."""

from __future__ import annotations

import csv
import sys

import click

from pipelines.cli.common import Session, UserError, cell, store_errors
from pipelines.store import reading


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
    with store_errors(), reading.reader(session.data_dir) as con:
        answer = reading.query(con, sql, seconds=seconds, limit=limit)
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
@click.option("--limit", default=20, show_default=True, help="Hits at most.")
@click.option("--rejects", is_flag=True, help="Also what no incident holds, with the reason.")
@click.pass_obj
def search_command(session: Session, words: tuple[str, ...], limit: int, rejects: bool) -> None:
    """Search titles and bodies in any script, region's words or language; every word must be found."""
    from pipelines.desk import search

    with store_errors(), reading.reader(session.data_dir) as con:
        hits = search.search(con, " ".join(words), limit=limit, rejects=rejects)
    if session.as_json:
        session.rows([hit.as_row() for hit in hits])
        return
    if not hits:
        raise UserError(f"nothing found for {' '.join(words)}" + ("" if rejects else "; try --rejects"))
    for hit in hits:
        session.say(f"{hit.published or '          '}  {hit.article_id}  {hit.title}")
        session.say(f"    {hit.passage}")
        session.say(f"    {hit.where}")
