"""Write docs/commands.md from the commands themselves: python -m tests.tools.commands [--print]"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipelines.cli import cli

DOCUMENT = Path(__file__).parents[2] / "docs" / "commands.md"
HEAD = "# Commands\n\nWritten by `python -m tests.tools.commands`; a test holds it against the commands.\n"


def helps(command: click.Command, name: str, parent: click.Context | None = None) -> list[tuple[str, str]]:
    """Every command below ``command`` with its help, depth first."""
    # as the command itself says it: click keeps the first help option that it makes
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        max_content_width=100,
        terminal_width=100,
        help_option_names=["-h", "--help"],
    )
    found = [(context.command_path, command.get_help(context))]
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            one = command.get_command(context, child)
            if one is not None and not one.hidden:
                found += helps(one, child, context)
    return found


def document() -> str:
    parts = [HEAD]
    for path, text in helps(cli, "wiredesk"):
        level = "##" if path.count(" ") <= 1 else "###"
        parts.append(f"{level} {path}\n\n```text\n{text.rstrip()}\n```\n")
    return "\n".join(parts)


def main() -> int:
    if sys.argv[1:] == ["--print"]:
        sys.stdout.buffer.write(document().encode())
    else:
        DOCUMENT.write_text(document(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
