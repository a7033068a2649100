"""Argos packages under the data folder: install, list, verify; each known by the hash of its content.

Layout: ``<data>/models/argos/packages/<name>-<hash8>/`` is an unpacked package, as argostranslate reads it;
``<data>/models/argos/manifest.json`` names every file with its SHA-256. Two versions of one package live side by side,
so that what an older one wrote stays explainable. Nothing is ever written to the home directory.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from pipelines.translation.errors import ModelError

MANIFEST_FORMAT = 1
_MODEL_FILES = ("model/model.bin", "metadata.json")
_TOKENIZERS = ("sentencepiece.model", "bpe.model")
_MOST_BYTES = 4 * 2**30
_STAGING = "installing-"
SAMPLE = "sample"
"""The word in the name of a package that knows little beyond the samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One installed package."""

    name: str
    """Name of the package's own folder, as ``translate-zh_en-1_9``."""
    version: str
    from_code: str
    to_code: str
    sha256: str
    """Over the hashes and names of its files: the same for a file and for the folder unpacked from it."""
    archive_sha256: str | None
    folder: str
    """Folder under ``packages/``."""
    files: dict[str, str] = field(repr=False)

    @property
    def model(self) -> str:
        """Name, version and hash, as every sentence that the package wrote carries it."""
        return f"{self.name} {self.version} sha256:{self.sha256[:12]}"

    @property
    def sample(self) -> bool:
        """Whether it is a sample package, to be used for samples or when asked for by name only."""
        return is_sample(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What verification found of one package; no problems: every byte is as installed."""

    name: str
    model: str
    problems: tuple[str, ...]


def is_sample(model: str) -> bool:
    """Whether a package's name or model string is that of a sample package."""
    return SAMPLE in model


def home(data_dir: Path) -> Path:
    """The folder of everything that argostranslate may touch."""
    return Path(data_dir) / "models" / "argos"


def packages_dir(data_dir: Path) -> Path:
    """The folder to set ``ARGOS_PACKAGES_DIR`` to."""
    return home(data_dir) / "packages"


def sample_package() -> Path:
    """The sample package that is shipped with wiredesk.

    Raises:
        ModelError: this build ships none.
    """
    folder = Path(str(resources.files("pipelines.translation"))) / "sample"
    found = sorted(folder.glob("*.argosmodel"))
    if not found:
        raise ModelError(f"no sample package in {folder}: train it with `make train-sample`")
    return found[-1]


def installed(data_dir: Path) -> list[Package]:
    """Packages of the manifest, by name and version; looking creates nothing.

    Raises:
        ModelError: the manifest is unreadable.
    """
    path = home(data_dir) / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if manifest["format"] != MANIFEST_FORMAT:
            raise ModelError(
                f"{path} is of format {manifest['format']}, this wiredesk reads {MANIFEST_FORMAT}"
            )
        found = [Package(**entry) for entry in manifest["packages"]]
    except FileNotFoundError:
        return []
    except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} is damaged ({error}): remove it and install the packages again") from error
    return sorted(found, key=lambda package: (package.name, order(package.version), package.sha256))


def verify(data_dir: Path) -> list[Verified]:
    """Every package against the manifest, file by file, and folders that no manifest entry knows."""
    known = installed(data_dir)
    result = [
        Verified(name=package.name, model=package.model, problems=tuple(problems(data_dir, package)))
        for package in known
    ]
    folders = packages_dir(data_dir)
    strangers = {entry.name for entry in folders.iterdir() if entry.is_dir()} if folders.is_dir() else set()
    unknown = ("in no manifest: install this folder or remove it",)
    result += [
        Verified(name=name, model="", problems=unknown)
        for name in sorted(strangers - {package.folder for package in known})
    ]
    return result


def problems(data_dir: Path, package: Package) -> Iterator[str]:
    """What is wrong with the files of one installed package."""
    folder = packages_dir(data_dir) / package.folder
    present = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    for name, expected in sorted(package.files.items()):
        if name not in present:
            yield f"{name} is missing"
        elif _sha256(present[name]) != expected:
            yield f"{name} is not what was installed"
    for name in sorted(set(present) - set(package.files)):
        yield f"{name} was added"


def named(packages: Iterable[Package], name: str) -> list[Package]:
    """Those of a name, model string, version or beginning of a hash; ``"sample"`` names every sample package."""
    every = list(packages)
    fits = [p for p in every if name in (p.name, p.model, p.version) or (name == SAMPLE and p.sample)]
    digits = name.removeprefix("sha256:")
    return fits or [p for p in every if len(digits) >= 8 and p.sha256.startswith(digits)]


def choose(
    data_dir: Path,
    from_code: str = "zh",
    to_code: str = "en",
    *,
    name: str | None = None,
    sample: bool = False,
) -> Package:
    """The package to translate with: the newest of the pair that is no sample, or the one asked for.

    Args:
        name: a package's name, its model string or a part of its hash; ``"sample"`` takes a sample package.
        sample: fall back on a sample package where no other is installed (for the samples only).

    Raises:
        ModelError: none fits; the sentence says what is there and how to get one.
    """
    every = installed(data_dir)
    pair = [package for package in every if (package.from_code, package.to_code) == (from_code, to_code)]
    if name is not None:
        fits = named(pair, name)
        if not fits:
            here = ", ".join(p.model for p in pair) or "none"
            raise ModelError(f"no package {name!r} translates {from_code} to {to_code}; installed: {here}")
    else:
        fits = [p for p in pair if not p.sample] or ([p for p in pair if p.sample] if sample else [])
    if not fits:
        others = ", ".join(f"{p.name} ({p.from_code} to {p.to_code})" for p in every)
        raise ModelError(
            f"no Argos package translates {from_code} to {to_code}"
            + (f" (installed: {others})" if others else "")
            + "; with a network run `wiredesk model install`, without one `wiredesk model install FILE.argosmodel`"
        )
    return max(fits, key=lambda package: (order(package.version), package.sha256))


def install(
    source: Path,
    data_dir: Path,
    *,
    from_code: str | None = None,
    to_code: str = "en",
    sha256: str | None = None,
) -> Package:
    """Install a package from a file or a folder, checked and complete or not at all; again is harmless.

    Args:
        source: a ``.argosmodel`` file, an unpacked package, or a folder that holds exactly one of them.
        from_code: refuse a package that reads another language.
        to_code: refuse a package that writes another language.
        sha256: refuse what has another hash, of the file or of the package unpacked.

    Raises:
        ModelError: absent, damaged, no Argos package, of another hash, or for another direction.
    """
    source = _one_package(Path(source))
    root = packages_dir(data_dir)
    root.mkdir(parents=True, exist_ok=True)
    with _alone(data_dir), tempfile.TemporaryDirectory(dir=home(data_dir), prefix=_STAGING) as temporary:
        staging = Path(temporary)
        if source.is_dir():
            shutil.copytree(source, staging / source.resolve().name)
            archive = None
        else:
            _check_archive(source)
            archive = _sha256(source)
            with _argos_settings(data_dir, staging) as argos_package:
                argos_package.install_from_path(source)
        unpacked = _package_folder(staging, source)
        package = _read(unpacked, source, archive)
        _check_hash(package, source, sha256)
        _check_direction(package, source, from_code, to_code)
        _check_loads(unpacked, source)
        _place(unpacked, root / package.folder, data_dir, package)
    return package


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """One installation at a time; what a killed one left behind is cleared away."""
    with (home(data_dir) / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in home(data_dir).glob(f"{_STAGING}*"):
            shutil.rmtree(left)
        yield


def _one_package(source: Path) -> Path:
    if not source.exists():
        raise ModelError(f"there is no package at {source}")
    if source.is_dir() and not (source / "metadata.json").is_file():
        found = sorted(source.glob("*.argosmodel")) + sorted(
            path.parent for path in source.glob("*/metadata.json")
        )
        if len(found) != 1:
            names = ", ".join(path.name for path in found) or "none"
            raise ModelError(
                f"{source} must hold exactly one Argos package (found: {names}); name the file itself"
            )
        return found[0]
    return source


def _check_archive(source: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
                raise ModelError(f"{source} would unpack to more than 4 GiB: no Argos package is that large")
            for entry in archive.infolist():
                if entry.filename.startswith(("/", "\\")) or ".." in Path(entry.filename).parts:
                    raise ModelError(f"{source} names a file outside its own folder ({entry.filename})")
            damaged = archive.testzip()
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise ModelError(f"{source} is damaged or no Argos package ({error}); fetch it again") from error
    if damaged is not None:
        raise ModelError(f"{source} is damaged ({damaged} does not match its checksum); fetch it again")


def _package_folder(staging: Path, source: Path) -> Path:
    found = sorted(path.parent for path in staging.glob("*/metadata.json"))
    if len(found) != 1:
        raise ModelError(f"{source} is no Argos package: it must hold one folder with a metadata.json")
    return found[0]


def _read(folder: Path, source: Path, archive_sha256: str | None) -> Package:
    missing = [name for name in _MODEL_FILES if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        missing.append(_TOKENIZERS[0])
    if missing:
        raise ModelError(f"{source} is no complete Argos package: {', '.join(missing)} is missing")
    try:
        metadata = dict(json.loads((folder / "metadata.json").read_text(encoding="utf-8")))
        version, from_code, to_code = (
            str(metadata[key]) for key in ("package_version", "from_code", "to_code")
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{source} is no Argos package: its metadata.json cannot be read ({error})"
        ) from error
    files = {
        str(path.relative_to(folder)): _sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    listing = "".join(f"{digest}  {name}\n" for name, digest in sorted(files.items()))
    sha256 = hashlib.sha256(listing.encode()).hexdigest()
    name = folder.name.removesuffix(f"-{sha256[:8]}")
    return Package(
        name=name,
        version=version,
        from_code=from_code,
        to_code=to_code,
        sha256=sha256,
        archive_sha256=archive_sha256,
        folder=f"{name}-{sha256[:8]}",
        files=files,
    )


def _check_hash(package: Package, source: Path, sha256: str | None) -> None:
    wanted = (sha256 or "").strip().lower().removeprefix("sha256:")
    if sha256 is not None and wanted not in (package.sha256, package.archive_sha256):
        own = package.archive_sha256 or package.sha256
        raise ModelError(f"{source} is not what you asked for: its SHA-256 is {own}, not {wanted}")


def _check_direction(package: Package, source: Path, from_code: str | None, to_code: str) -> None:
    if package.to_code != to_code or (from_code is not None and package.from_code != from_code):
        raise ModelError(
            f"{source} translates {package.from_code} to {package.to_code}; "
            f"a package from {from_code or 'another language'} to {to_code} is needed"
        )


def _check_loads(folder: Path, source: Path) -> None:
    import ctranslate2

    try:
        ctranslate2.Translator(str(folder / "model"), device="cpu")
    except (RuntimeError, ValueError) as error:
        raise ModelError(f"{source} is damaged: CTranslate2 cannot load its model ({error})") from error


def _place(unpacked: Path, target: Path, data_dir: Path, package: Package) -> None:
    """Move the checked folder to its place, then name it in the manifest: a crash between leaves a stranger, no lie."""
    if target.exists():
        shutil.rmtree(target)
    unpacked.rename(target)
    others = [entry for entry in installed(data_dir) if entry.folder != package.folder]
    entries = [asdict(entry) for entry in [*others, package]]
    manifest = {"format": MANIFEST_FORMAT, "packages": sorted(entries, key=lambda entry: entry["folder"])}
    path = home(data_dir) / "manifest.json"
    temporary = path.with_suffix(".new")
    with temporary.open("w", encoding="utf-8") as handle:
        json.dump(manifest, handle, ensure_ascii=False, indent=1, sort_keys=True)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)


@contextmanager
def _argos_settings(data_dir: Path, packages: Path) -> Iterator[Any]:
    """argostranslate's package module with its folders set; its settings are global, so they are put back."""
    from pipelines.translation.argos import argostranslate_modules

    package, _, settings = argostranslate_modules(data_dir)
    before = settings.package_data_dir
    settings.package_data_dir = packages
    try:
        yield package
    finally:
        settings.package_data_dir = before


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def order(version: str) -> tuple[tuple[int, str], ...]:
    """A sort key by which 1.10 follows 1.9."""
    return tuple(
        (int(part), "") if part.isdigit() else (-1, part) for part in version.replace("_", ".").split(".")
    )
