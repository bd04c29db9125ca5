"""Who may come in by HTTP, from where, and what may a browser load?"""

from __future__ import annotations

import time
from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import HTTPConnection

from vallum.centre.centre import Centre
from vallum.centre.person import Person

COOKIE = "vallum_session"

# The page brings everything it needs; nothing is loaded from elsewhere, and nothing may frame it.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def centre_of(connection: HTTPConnection) -> Centre:
    """Give the centre that this server shows."""
    return cast(Centre, connection.app.state.centre)


def person_at(connection: HTTPConnection) -> Person | None:
    """Give the person whose session cookie came along, if the session still runs."""
    token = connection.cookies.get(COOKIE)
    if not token:
        return None
    centre = centre_of(connection)
    session = centre.access.session(token, time.time())
    return None if session is None else Person(session.name, session.role, centre.party)


def signed_in(request: Request) -> Person:
    """Give the signed-in person, or refuse."""
    person = person_at(request)
    if person is None:
        raise HTTPException(401, "You are not signed in here. Open the sign-in link that was printed at start.")
    person.require("see")
    return person


TheCentre = Annotated[Centre, Depends(centre_of)]
SignedIn = Annotated[Person, Depends(signed_in)]


def comes_from_here(connection: HTTPConnection) -> bool:
    """Tell whether a browser sent this from a page of ours; programs that are no browsers send no Origin."""
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host", "")


def guard(app: FastAPI) -> None:
    """Put the headers on every answer and refuse what another site's page sends."""

    @app.middleware("http")
    async def guarded(request: Request, answer: RequestResponseEndpoint) -> Response:
        if request.method not in {"GET", "HEAD"} and not comes_from_here(request):
            response: Response = JSONResponse({"detail": "This request comes from another site's page."}, 403)
        else:
            response = await answer(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response
