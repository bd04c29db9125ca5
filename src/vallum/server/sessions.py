"""How does a person come in and leave: a one-time link, a cookie, a record of each."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response

from vallum.access.roles import ALLOWED
from vallum.centre.person import Person
from vallum.server.doors import SignedIn, TheCentre, cookie_name, session_token
from vallum.server.live import open_pages_of
from vallum.server.models import Enter, Me, Nothing

router = APIRouter(tags=["sessions"])


@router.post("/enter")
async def enter(body: Enter, request: Request, centre: TheCentre, response: Response) -> Me:
    """Trade the one-time token of a sign-in link for a session cookie."""
    entered = await centre.let_in(body.token)
    if isinstance(entered, str):
        raise HTTPException(401, entered)
    person, token = entered
    response.set_cookie(cookie_name(request), token, httponly=True, samesite="strict", path="/", secure=False)
    return _me(person)


@router.get("/me")
async def me(person: SignedIn) -> Me:
    """Say who is signed in and what that person may do."""
    return _me(person)


@router.post("/leave")
async def leave(request: Request, centre: TheCentre, response: Response) -> Nothing:
    """Sign out; the pages that are open on this session go blind at once."""
    token = session_token(request)
    try:
        await centre.let_out(token)
    finally:
        open_pages_of(request).end(token)
    response.delete_cookie(cookie_name(request), path="/")
    return Nothing()


def _me(person: Person) -> Me:
    return Me(name=person.name, roles=(person.role,), party=person.party, may=tuple(sorted(ALLOWED[person.role])))
