"""``wiredesk serve``: the web desk."""

from __future__ import annotations

import ipaddress
import socket
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import cast

import click

from pipelines.cli.common import WRONG_USE, Session, UserError, to_json

SHORTEST_TOKEN = 16
READY = 10.0
"""Seconds that the desk may take to work out its first page before it says where it is."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8321, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Every visitor must give this token.",
)
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="Answer under this name too (of a reverse proxy).",
)
@click.option("--as", "name", metavar="NAME", help="Who decides, unless a browser says another name.")
@click.pass_obj
def serve_command(
    session: Session, host: str, port: int, token_file: Path | None, hosts: tuple[str, ...], name: str | None
) -> None:
    """The web desk on 127.0.0.1.

    For others than this machine: a reverse proxy with TLS in front, --token-file and --allow-host (docs/desk.md).
    """
    if not _loopback(host) and token_file is None:
        raise UserError(
            f"{host} can be reached from other machines: name a token with --token-file, and put TLS in front "
            "(docs/desk.md); without --host the desk is for this machine alone",
            WRONG_USE,
        )
    token = _token(token_file) if token_file else None
    # DuckDB's client looks for pandas at every text that it is given, which takes longer than most look-ups; the desk
    # has no use for it, and what is known to be missing is not looked for
    sys.modules.setdefault("pandas", cast(ModuleType, None))
    from pipelines.desk import create_app, warm

    bound = _bind(host, port)
    address = f"http://{'[' + host + ']' if ':' in host else host}:{bound.getsockname()[1]}/"
    app = create_app(
        session.data_dir,
        user=session.user(name),
        clock=lambda: session.now,
        hosts=frozenset(hosts),
        token=token,
    )
    first = threading.Thread(target=app.get_ready, daemon=True, name="first page")
    first.start()  # DuckDB counts while Python imports
    import uvicorn

    warm()
    first.join(READY)
    threading.Thread(target=app.keep_up, daemon=True, name="keeper").start()
    if session.as_json:
        click.echo(to_json({"url": address}))
    session.say(f"The desk is at {address} (Ctrl-C ends it)")
    config = uvicorn.Config(
        app,
        log_level="info" if session.verbose else "warning",
        access_log=session.verbose,
        server_header=False,
        lifespan="off",
    )
    uvicorn.Server(config).run([bound])


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _token(path: Path) -> str:
    token = path.read_text(encoding="utf-8").strip()
    if len(token) < SHORTEST_TOKEN:
        raise UserError(f"the token in {path} is shorter than {SHORTEST_TOKEN} characters", WRONG_USE)
    return token


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(128)  # who comes before the server is ready waits a moment
    except OSError as error:
        bound.close()
        raise UserError(
            f"port {port} of {host} cannot be had ({error.strerror}): name another with --port"
        ) from error
    return bound
