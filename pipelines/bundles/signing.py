"""Optional Ed25519 signatures over ``SHA256SUMS``, by the cryptography library.

``SHA256SUMS.pub`` (PEM, listed in ``SHA256SUMS``) is the public key, ``SHA256SUMS.sig`` the 64 bytes of the signature: the
form that ``openssl pkeyutl -verify -rawin`` takes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .safety import BundleError
from .verifier import SIGNATURE, SUMS, Problem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PUBLIC_KEY = "SHA256SUMS.pub"


def load_key(path: Path) -> Ed25519PrivateKey:
    """The private key in a PEM file (``openssl genpkey -algorithm ed25519 -out key.pem``).

    :raises BundleError: when the file holds none.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BundleError(
            f"{path} holds no signing key that can be used: openssl genpkey -algorithm ed25519 -out {path} makes one"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BundleError(
            f"the key in {path} is not an Ed25519 key: openssl genpkey -algorithm ed25519 makes one"
        )
    return key


def public_pem(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """The public half as PEM."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(pem: bytes) -> str:
    """SHA-256 of the PEM file, to compare with what its owner published."""
    return hashlib.sha256(pem).hexdigest()


def check_signature(files: Mapping[str, bytes], trusted: bytes | None = None) -> list[Problem]:
    """What is wrong with a bundle's signature; an unsigned bundle has none, unless a key was asked for.

    :param trusted: the PEM of the public key that must have signed.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if SIGNATURE not in files and PUBLIC_KEY not in files:
        return [Problem("signature", SIGNATURE, "the bundle is not signed")] if trusted else []
    if SIGNATURE not in files or PUBLIC_KEY not in files:
        missing = PUBLIC_KEY if SIGNATURE in files else SIGNATURE
        return [Problem("missing", missing, "the signature is incomplete")]
    try:
        key = load_pem_public_key(files[PUBLIC_KEY])
    except (ValueError, UnsupportedAlgorithm):
        return [Problem("signature", PUBLIC_KEY, "this is no public key")]
    if not isinstance(key, Ed25519PublicKey) or public_pem(key) != files[PUBLIC_KEY]:
        return [Problem("signature", PUBLIC_KEY, "this is not an Ed25519 key as wiredesk writes it")]
    if trusted is not None and trusted.strip() != files[PUBLIC_KEY].strip():
        return [
            Problem("signature", PUBLIC_KEY, "the bundle was signed with another key than the one you trust")
        ]
    try:
        key.verify(files[SIGNATURE], files.get(SUMS, b""))
    except InvalidSignature:
        return [Problem("signature", SIGNATURE, "the signature does not fit SHA256SUMS")]
    return []
