"""systemd units for a data folder, written from the files in ``units/``."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

MAIN_UNIT = "wiredesk.service"


def units(command: Path, data_dir: Path) -> dict[str, str]:
    """File name → text. ``command`` and ``data_dir`` are absolute; blanks, quotes, ``%`` and ``$`` in them are safe."""
    words = {"command": _word(command), "data": _word(data_dir)}
    # EnvironmentFile= takes a path as it stands, without quotes
    words["environment"] = str(data_dir / "watch.env").replace("%", "%%")
    folder = resources.files("pipelines.watch") / "units"
    files = sorted((item for item in folder.iterdir()), key=lambda item: item.name)
    return {item.name: item.read_text(encoding="utf-8").format(**words) for item in files}


def _word(path: Path) -> str:
    """One word of a command line in a unit file (systemd.service(5), systemd.syntax(7))."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{text}"' if any(char in text for char in " \t'\"\\;") else text
