"""docs/commands.md says what the commands say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.tools import commands, outlets

REPO = Path(__file__).parents[2]


def test_the_document_is_what_the_commands_say() -> None:
    # A process of its own: click keeps the first help option that a command makes, so a command
    # that another test called outside its group would say "--help" here and "-h, --help" alone.
    written = subprocess.run(
        [sys.executable, "-m", "tests.tools.commands", "--print"],
        cwd=REPO,
        check=True,
        capture_output=True,
        timeout=120,
    ).stdout.decode()
    assert commands.DOCUMENT.read_text(encoding="utf-8") == written, "run: python -m tests.tools.commands"


def test_every_command_has_help() -> None:
    for path, text in commands.helps(commands.cli, "wiredesk"):
        body = [line for line in text.splitlines() if line.startswith("  ")]
        assert body, f"{path} says nothing of itself"


def test_the_readme_lists_the_outlets_as_they_are() -> None:
    text = outlets.DOCUMENT.read_text(encoding="utf-8")
    assert outlets.BLOCK.search(text)
    assert text == outlets.document(text), "run: python -m tests.tools.outlets"
