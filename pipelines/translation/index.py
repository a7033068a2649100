"""Packages from the Argos index, where there is a network: look up the newest of a pair, fetch, install.

argostranslate's own functions print errors and then call themselves for ever when there is no network, so the index is
read here; its address is the one that argostranslate is set to.
"""

from __future__ import annotations

import json
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from pipelines.translation import models
from pipelines.translation.errors import ModelError

_MOST_BYTES = 2**30


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
    entries = _entries(_fetched(address, timeout), address)
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
                target.write_bytes(_fetched(link, timeout))
            except ModelError as error:
                failed.append(str(error))
                continue
            return models.install(target, data_dir, from_code=from_code, to_code=to_code, sha256=sha256)
    raise ModelError("; ".join(failed))


def _index(data_dir: Path) -> str:
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


def _fetched(address: str, timeout: float) -> bytes:
    without = "without a network run `wiredesk model install FILE.argosmodel`"
    try:
        with urllib.request.urlopen(address, timeout=timeout) as response:
            content: bytes = response.read(_MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise ModelError(f"{address} answered HTTP {error.code}; {without}") from None
    except TimeoutError:
        raise ModelError(f"{address} did not answer within {timeout:g} seconds; {without}") from None
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise ModelError(
            f"{address} cannot be reached ({getattr(error, 'reason', error)}); {without}"
        ) from error
    if len(content) > _MOST_BYTES:
        raise ModelError(f"{address} is larger than 1 GiB: no Argos package is")
    return content
