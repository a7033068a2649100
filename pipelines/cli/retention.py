"""``wiredesk store retire``: pages that are too old or too much leave the archive; what was read from them stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.common import Session, UserError, store_errors

if TYPE_CHECKING:
    from crawler.retirement import Holdings, Page
    from pipelines.watch import KeepPlan


@click.command("retire")
@click.option(
    "--config", type=click.Path(path_type=Path), help="The plan; default wiredesk.toml in the data folder."
)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.pass_obj
def retire_command(session: Session, config: Path | None, dry_run: bool) -> None:
    """Take pages out of the archive by age, or for room.

    Those over the limits of [retention] in wiredesk.toml go. Articles, texts and records stay, and the log says which
    page went, when and why. Pages that an incident or a decision rests on stay too, unless the plan says protect =
    false. With --json (or -v) every page is named.
    """
    from crawler import outlets
    from pipelines import watch

    path = config or session.data_dir / "wiredesk.toml"
    try:
        keep = watch.read_plan(path, outlets.all_outlets()).keep
    except watch.WatchError as error:
        raise UserError(str(error)) from error
    if not keep.limits:
        raise UserError(f"{path} sets no limit: write days or max_gb under [retention] (docs/operating.md)")
    chosen, over, freed = _retire(session, keep, dry_run=dry_run)
    _show(session, chosen, dry_run=dry_run, freed=freed)
    for sentence in over:
        session.note(sentence)


def retire(session: Session, keep: KeepPlan) -> Mapping[str, int]:
    """For the watch: outlet → pages taken out.

    :raises LaterError: when a crawl or a run is at work.
    :raises WorkError: when it could not be done.
    """
    from crawler.retirement import BusyError
    from pipelines import line
    from pipelines.store import StoreBusyError
    from pipelines.watch import LaterError, WorkError

    try:
        chosen, _over, _freed = _retire(session, keep, dry_run=False)
    except UserError as error:
        busy = isinstance(error.__cause__, BusyError | line.BusyError | StoreBusyError | BlockingIOError)
        raise (LaterError if busy else WorkError)(str(error)) from error
    except OSError as error:
        raise WorkError(str(error)) from error
    return Counter(page.outlet_id for page, _ in chosen)


def _retire(
    session: Session, keep: KeepPlan, *, dry_run: bool
) -> tuple[list[tuple[Page, str]], list[str], int]:
    """What goes, with the reason; the limits that are not kept; the bytes that were freed."""
    from crawler import retirement
    from pipelines.cli.run import complaints
    from pipelines.cli.storage import repair
    from pipelines.line import alone
    from pipelines.watch import choose_pages

    def follow() -> None:
        repair(session)

    try:
        with complaints(session), alone(session.data_dir), retirement.quiet(session.data_dir):
            repair(session)
            held: Holdings = retirement.holdings(session.data_dir)
            places = _may_go(session, keep)
            chosen, over = choose_pages(held.pages, places, keep, session.now)
            freed = 0
            if not dry_run and chosen:
                freed = retirement.retire(session.data_dir, held, chosen, now=session.now, follow=follow)
    except retirement.BusyError as error:
        raise UserError(str(error)) from error
    except BlockingIOError as error:
        raise UserError("an import is writing the archive: try again when it has ended") from error
    return chosen, over, freed


def _may_go(session: Session, keep: KeepPlan) -> set[tuple[str, int]]:
    from pipelines import decisions
    from pipelines.store import NoStoreError, may_go

    said: dict[str, set[str]] = {"article": set(), "text": set()}
    for _, _, one in decisions.read(session.data_dir):
        if one.subject in said:
            said[one.subject].add(one.subject_id)
    try:
        with store_errors(), session.store.read() as con:
            return may_go(con, protect=keep.protect, articles=said["article"], texts=said["text"])
    except UserError as error:
        if isinstance(error.__cause__, NoStoreError):
            return set()  # nothing has been read yet, so that nothing may go
        raise


def _show(session: Session, chosen: list[tuple[Page, str]], *, dry_run: bool, freed: int) -> None:
    if session.as_json or session.verbose:
        rows = [
            {"outlet": page.outlet_id, "kind": page.kind, "url": page.url, "came": page.came, "bytes": round(page.size), "reason": reason}
            for page, reason in chosen
        ]  # fmt: skip
        session.rows(rows, empty="No page is over a limit.")
        return
    counts: dict[tuple[str, str], list[Page]] = {}
    for page, reason in chosen:
        counts.setdefault((page.outlet_id, reason), []).append(page)
    rows = [
        {
            "outlet": outlet,
            "why": reason,
            "records": len(pages),
            "MB": round(sum(page.size for page in pages) / 1e6, 2),
            "from": f"{min(page.came for page in pages):%Y-%m-%d}",
            "to": f"{max(page.came for page in pages):%Y-%m-%d}",
        }
        for (outlet, reason), pages in sorted(counts.items())
    ]
    session.rows(rows, empty="No page is over a limit.")
    if rows and dry_run:
        session.say("Nothing was taken out yet: do it with wiredesk store retire (each page by name: -v)")
    elif rows:
        session.say(
            f"{freed / 1e6:.2f} MB are free again; wiredesk explain URL says of each page that it was retired"
        )
