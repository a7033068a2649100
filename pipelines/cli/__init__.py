"""The verbs, thin over the rooms. The door is :func:`main`.

Commands are imported when they are called, so that ``wiredesk --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from pipelines import __version__
from pipelines.cli.common import FAILED, Session, UserError

VERBS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "The whole job on the sample outlets, over loopback."),
    "crawl": ("crawl", "Crawl outlets into the archive and the landing log."),
    "fetch": ("crawl", "One page, politely, into the line."),
    "import": ("imports", "Pages from WARC, WACZ or folders, or ready articles."),
    "run": ("run", "The line over everything that has landed and is not done."),
    "watch": ("watch", "Scheduled crawls and runs."),
    "query": ("query", "Read-only SQL on the public views."),
    "search": ("query", "Search across scripts, regions and languages."),
    "incident": ("deciding", "List, show and curate incidents."),
    "text": ("deciding", "Take an article out of a text."),
    "article": ("deciding", "Keep, drop or fix an article."),
    "bundle": ("bundle", "Export, verify and import incident bundles."),
    "serve": ("serve", "The web desk on 127.0.0.1."),
    "outlet": ("outlet", "The outlets and their health."),
    "model": ("model", "Translation packages: list, install, verify."),
    "propose": ("propose", "Let a language model propose labels; off unless you name one."),
    "explain": ("explain", "What happened to a URL, article, text or incident, and why."),
    "store": ("storage", "The database: status, backup, rebuild, export, takedown."),
    "stage": ("stage", "One stage as a filter on JSON Lines."),
}


class LazyGroup(click.Group):
    """A group whose commands live in modules that are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        if cmd_name not in VERBS:
            return None
        module = import_module(f"pipelines.cli.{VERBS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_") + "_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_text) for name, (_, help_text) in VERBS.items()])


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option("--data", "data_dir", metavar="DIR", help="The data folder (or WIREDESK_DATA; default ./data).")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text, wherever a script may read it.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors.")
@click.option("-v", "--verbose", is_flag=True, help="Say more.")
@click.version_option(__version__, prog_name="wiredesk")
@click.pass_context
def cli(ctx: click.Context, data_dir: str | None, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Crawl the world's news, read it, translate it offline, and group it into incident records in DuckDB."""
    session = ctx.obj = Session.make(data_dir, as_json=as_json, quiet=quiet, verbose=verbose)
    if any(session.data_dir.glob("takedown*.json")):  # a takedown that was cut off
        import_module("pipelines.cli.storage").repair_first(session)


GLOBAL_FLAGS = frozenset({"--json", "-q", "--quiet", "-v", "--verbose"})


def hoist(arguments: Sequence[str]) -> list[str]:
    """Global options may stand anywhere (``wiredesk incident list --json``): move them to the front."""
    front: list[str] = []
    rest: list[str] = []
    items = iter(arguments)
    for item in items:
        if item == "--":
            rest += [item, *items]
        elif item in GLOBAL_FLAGS or item.startswith("--data="):
            front.append(item)
        elif item == "--data":
            front += [item, *[value for value in [next(items, None)] if value is not None]]
        else:
            rest.append(item)
    return front + rest


def main(arguments: list[str] | None = None) -> None:
    """The command ``wiredesk``: exits 0 done, 1 the work failed, 2 wrong use, 3 done with alarms."""
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        code = cli.main(
            args=hoist(sys.argv[1:] if arguments is None else arguments),
            prog_name="wiredesk",
            standalone_mode=False,
        )
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.Abort:
        click.echo("stopped; nothing that was stored is lost", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except UserError as error:
        click.echo(f"wiredesk: {error}", err=True)
        code = error.exit_code
    except BrokenPipeError:
        # the reader (head, less) has gone: not our failure, and Python must not complain at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        click.echo(f"wiredesk: {error.strerror or error}: {error.filename or ''}".rstrip(": "), err=True)
        code = FAILED
    sys.exit(code if isinstance(code, int) else 0)
