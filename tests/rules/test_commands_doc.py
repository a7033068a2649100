"""docs/commands.md says what the commands say."""

from __future__ import annotations

from tests.tools import commands, outlets


def test_the_document_is_what_the_commands_say() -> None:
    assert commands.DOCUMENT.read_text(encoding="utf-8") == commands.document(), (
        "run: python -m tests.tools.commands"
    )


def test_every_command_has_help() -> None:
    for path, text in commands.helps(commands.cli, "wiredesk"):
        body = [line for line in text.splitlines() if line.startswith("  ")]
        assert body, f"{path} says nothing of itself"


def test_the_readme_lists_the_outlets_as_they_are() -> None:
    text = outlets.DOCUMENT.read_text(encoding="utf-8")
    assert outlets.BLOCK.search(text)
    assert text == outlets.document(text), "run: python -m tests.tools.outlets"
