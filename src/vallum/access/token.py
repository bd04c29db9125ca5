"""How is a secret handed out once and recognised later without being kept?

A token is 256 random bits. Only its SHA-256 is stored. That is enough for such tokens: a slow hash such as argon2
makes guessing costly where the secret is guessable, that is for passwords, and this centre has none; nobody guesses
256 random bits, however fast the hash.
"""

from __future__ import annotations

import hashlib
import secrets


def draw() -> str:
    """Return a new random token, safe in a link.

    Examples
    --------
    >>> len(draw()), draw() == draw()
    (43, False)
    """
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is stored of a token: its SHA-256 in hexadecimal.

    A stored token is looked up by this digest. How long the look-up takes tells an attacker nothing: the digest of a
    guess cannot be steered towards a stored one, and the last comparison takes the same time for every guess.

    Examples
    --------
    >>> len(digest("anything"))
    64
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def agrees(token: str, stored_digest: str) -> bool:
    """Tell in constant time whether a token is the one whose digest was stored.

    Examples
    --------
    >>> token = draw()
    >>> agrees(token, digest(token)), agrees(draw(), digest(token))
    (True, False)
    """
    return secrets.compare_digest(digest(token), stored_digest)
