"""Small real packages, made of the tiny one and of the shipped sample: other names, versions and directions."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path


def repacked(target: Path, source: Path, name: str, **metadata: str) -> Path:
    """``source`` under another name, with other metadata: a real package whose model is ``source``'s."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            if entry.is_dir():
                continue
            content = old.read(entry)
            if entry.filename.endswith("metadata.json"):
                content = json.dumps(json.loads(content) | metadata).encode()
            new.writestr(f"{name}/{entry.filename.split('/', 1)[1]}", content)
    return target
