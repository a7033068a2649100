"""Packages from the Argos index, where there is a network: look up the newest of a pair, fetch, install.

argostranslate's own functions print errors and then call themselves for ever when there is no network, so the index is
read here; its address is the one that argostranslate is set to.
"""

from __future__ import annotations

import http.client
import json
import os
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Any

from pipelines.translation import models
from pipelines.translation.errors import ModelError

_MOST_BYTES = 2**30
_MOST_OF_INDEX = 2**24
_PART = 2**20


def download(
    data_dir: Path,
    from_code: str = "zh",
    to_code: str = "en",
    *,
    index: str | None = None,
    sha256: str | None = None,
    timeout: float = 60.0,
) -> models.Package:
    """Fetch and install the newest package of the index for a pair.

    Args:
        index: address of the index; argostranslate's own by default (``ARGOS_PACKAGE_INDEX``).
        sha256: refuse what has another hash, of the file or of the package unpacked.
        timeout: seconds without a byte after which the server counts as silent.

    Raises:
        ModelError: no network, no such package, or what came is none; the sentence says how to install from a file.
    """
    address = index or _index(data_dir)
    with tempfile.TemporaryFile() as content:
        _fetch(address, content, timeout, _MOST_OF_INDEX)
        content.seek(0)
        entries = _entries(content.read(), address)
    fits = [
        entry for entry in entries if (entry.get("from_code"), entry.get("to_code")) == (from_code, to_code)
    ]
    if not fits:
        raise ModelError(f"the index {address} has no package that translates {from_code} to {to_code}")
    newest = max(fits, key=lambda entry: models.order(str(entry.get("package_version", ""))))
    links = [str(link) for link in newest.get("links", []) if str(link).startswith(("https://", "http://"))]
    if not links:
        raise ModelError(f"the index {address} names no address to fetch {from_code} to {to_code} from")
    failed: list[str] = []
    models.home(data_dir).mkdir(parents=True, exist_ok=True)
    for link in links:
        with tempfile.TemporaryDirectory(dir=models.home(data_dir), prefix="fetching-") as temporary:
            target = Path(temporary) / (link.rsplit("/", 1)[-1] or "package.argosmodel")
            try:
                with target.open("wb") as content:
                    _fetch(link, content, timeout, _MOST_BYTES)
            except ModelError as error:
                failed.append(str(error))
                continue
            return models.install(target, data_dir, from_code=from_code, to_code=to_code, sha256=sha256)
    raise ModelError("; ".join(failed))


def _index(data_dir: Path) -> str:
    """The address of the index: ``ARGOS_PACKAGE_INDEX`` (its folder, as argostranslate takes it, or the file itself)."""
    own = os.environ.get("ARGOS_PACKAGE_INDEX")
    if own:
        return own if own.endswith(".json") else f"{own.rstrip('/')}/index.json"
    from pipelines.translation.argos import argostranslate_modules

    _, _, settings = argostranslate_modules(data_dir)
    address: str = settings.remote_package_index
    return address


def _entries(content: bytes, address: str) -> list[dict[str, Any]]:
    try:
        entries = json.loads(content)
    except ValueError as error:
        raise ModelError(f"{address} is no index of Argos packages ({error})") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ModelError(f"{address} is no index of Argos packages")
    return entries


def _fetch(address: str, target: IO[bytes], timeout: float, most: int) -> None:
    """What stands at an address into a file, part by part."""
    without = "without a network run `wiredesk model install FILE.argosmodel`"
    try:
        with urllib.request.urlopen(address, timeout=timeout) as response:
            written = 0
            while part := response.read(_PART):
                written += target.write(part)
                if written > most:
                    raise ModelError(
                        f"{address} is larger than {most >> 20} MiB: it is not what was asked for"
                    )
    except urllib.error.HTTPError as error:
        with error:
            raise ModelError(f"{address} answered HTTP {error.code}; {without}") from None
    except TimeoutError:
        raise ModelError(f"{address} did not answer within {timeout:g} seconds; {without}") from None
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        raise ModelError(
            f"{address} cannot be reached ({getattr(error, 'reason', error)}); {without}"
        ) from error
