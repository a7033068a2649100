"""The index of packages, served over loopback: the newest of the pair, and a sentence for each way to fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.translation import ModelError, download, installed
from tests.translation.conftest import TINY


def entry(version: str, *links: str, pair: tuple[str, str] = ("zh", "en")) -> dict[str, Any]:
    return {"package_version": version, "from_code": pair[0], "to_code": pair[1], "links": list(links)}


def test_the_newest_package_of_the_pair_is_installed(
    site: tuple[str, dict[str, bytes]], tmp_path: Path
) -> None:
    address, files = site
    files["/new.argosmodel"] = TINY.read_bytes()
    index = [
        entry("1.9", f"{address}/old.argosmodel"),
        entry("1.10", "ipfs://x", f"{address}/gone.argosmodel", f"{address}/new.argosmodel"),
        entry("9", f"{address}/ja.argosmodel", pair=("ja", "en")),
    ]
    files["/index.json"] = json.dumps(index).encode()
    package = download(tmp_path, index=f"{address}/index.json")
    assert installed(tmp_path) == [package]
    assert package.archive_sha256 is not None
    with pytest.raises(ModelError, match="has no package that translates ko to en"):
        download(tmp_path, "ko", index=f"{address}/index.json")


@pytest.mark.parametrize(
    ("index", "sentence"),
    [
        (None, r"answered HTTP 404; without a network run `wiredesk model install FILE\.argosmodel`"),
        (b"<html>", "is no index of Argos packages"),
        (b"{}", "is no index of Argos packages"),
        (json.dumps([entry("1", "ipfs://x")]).encode(), "names no address to fetch zh to en from"),
    ],
)
def test_an_index_that_is_none(
    site: tuple[str, dict[str, bytes]], tmp_path: Path, index: bytes | None, sentence: str
) -> None:
    address, files = site
    if index is not None:
        files["/index.json"] = index
    with pytest.raises(ModelError, match=sentence):
        download(tmp_path, index=f"{address}/index.json")
    assert installed(tmp_path) == []


def test_no_network(tmp_path: Path) -> None:
    with pytest.raises(
        ModelError, match=r"cannot be reached .*; without a network run `wiredesk model install FILE"
    ):
        download(tmp_path, index="http://127.0.0.1:9/index.json")


def test_a_damaged_download_installs_nothing(site: tuple[str, dict[str, bytes]], tmp_path: Path) -> None:
    address, files = site
    files["/bad.argosmodel"] = TINY.read_bytes()[:1000]
    files["/index.json"] = json.dumps([entry("1", f"{address}/bad.argosmodel")]).encode()
    with pytest.raises(ModelError, match="is damaged"):
        download(tmp_path, index=f"{address}/index.json")
    assert installed(tmp_path) == []
