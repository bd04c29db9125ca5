"""Who may come in by HTTP, from where, and what may a browser load?"""

from __future__ import annotations

import logging
import time
from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import HTTPConnection

from vallum.centre.centre import Centre
from vallum.centre.person import Person

# The port follows: cookies ignore it, and two centres on one machine must not sign each other's people out.
COOKIE = "vallum_session"
FAULT = (
    "The centre itself failed here; what you entered is not the reason. What happened is in the centre's log. "
    "Look whether it was done before you try again, and say by radio what cannot wait."
)
_log = logging.getLogger(__name__)

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


def cookie_name(connection: HTTPConnection) -> str:
    """Give the name of this centre's session cookie."""
    _, port = connection.scope["server"]
    return f"{COOKIE}_{port}"


def session_token(connection: HTTPConnection) -> str:
    """Give the token that came along in the session cookie; empty without one."""
    return connection.cookies.get(cookie_name(connection), "")


def person_at(connection: HTTPConnection) -> Person | None:
    """Give the person whose session cookie came along, if the session still runs."""
    token = session_token(connection)
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
    request.state.person = person.name
    person.require("see")
    return person


TheCentre = Annotated[Centre, Depends(centre_of)]
SignedIn = Annotated[Person, Depends(signed_in)]


def comes_from_here(connection: HTTPConnection) -> bool:
    """Tell whether a browser sent this from a page of ours; programs that are no browsers send no Origin."""
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host", "")


def guard(app: FastAPI) -> None:
    """Put the headers on every answer, refuse what another site's page sends, and tell of faults of ours in words."""

    @app.middleware("http")
    async def guarded(request: Request, answer: RequestResponseEndpoint) -> Response:
        if request.method not in {"GET", "HEAD"} and not comes_from_here(request):
            response: Response = JSONResponse({"detail": "This request comes from another site's page."}, 403)
        else:
            try:
                response = await answer(request)
            except Exception:
                asked_by = getattr(request.state, "person", "nobody signed in")
                _log.exception("%s %s, asked by %s, failed", request.method, request.url.path, asked_by)
                response = JSONResponse({"detail": FAULT}, 500)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response
