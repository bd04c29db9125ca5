"""What does a centre answer over HTTP: the API, the live socket and the page's files, put together."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from pydantic import TypeAdapter
from starlette.middleware.trustedhost import TrustedHostMiddleware

import vallum
from vallum.centre.centre import Centre
from vallum.centre.decisions import NotNowError, UnknownThingError, WrongValueError
from vallum.centre.person import NotAllowedError
from vallum.journal.journal import JournalClosedError, JournalWriteError
from vallum.journal.registry import RefusedDraftError
from vallum.server import alarms, hold, incidents, live, models, picture, sessions, sight, tasks
from vallum.server.doors import guard

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")

NO_PAGE = """<!doctype html><html lang="en"><title>Vallum</title>
<p>The page is not built. In a clone: <code>python3 run.py setup</code>. The API is described at
<a href="/api/openapi.json">/api/openapi.json</a>.
"""


def create_app(centre: Centre | None, hosts: Sequence[str] = LOOPBACK) -> FastAPI:
    """Put the application together.

    Parameters
    ----------
    centre : Centre or None
        The centre to show; None only to write down the API document.
    hosts : sequence of str
        Host names under which the server may be called; anything else is refused.

    Examples
    --------
    >>> "/api/picture" in create_app(None).openapi()["paths"]
    True
    """
    app = FastAPI(
        title="Vallum",
        version=vallum.__version__,
        description="One centre's live picture, decisions and journal.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.centre = centre
    app.state.open_pages = live.OpenPages()
    app.state.trials = sight.Trials()
    if centre is not None:
        live.speak_for(centre)
    for part in (sessions, picture, alarms, incidents, tasks, sight, hold, live):
        app.include_router(part.router, prefix="/api", responses=_problems())
    _answer_errors_in_words(app)
    guard(app)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    _serve_page(app)
    _describe(app)
    return app


def api_document() -> bytes:
    """Write down the API; the page's types are generated from this.

    Examples
    --------
    >>> b'"AlarmRow"' in api_document()
    True
    """
    return orjson.dumps(create_app(None).openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def _problems() -> dict[int | str, dict[str, Any]]:
    words = {
        400: "The request cannot be read",
        401: "Not signed in",
        403: "The role does not allow it",
        404: "There is no such thing",
        409: "The thing's life cycle does not have this step now",
        422: "A value is not what is expected",
        500: "A fault of the centre itself; its log says more",
        503: "The journal did not take it: it is not written",
    }
    return {code: {"model": models.Problem, "description": text} for code, text in words.items()}


def _answer_errors_in_words(app: FastAPI) -> None:
    def say(code: int, words: str) -> JSONResponse:
        return JSONResponse(models.Problem(detail=words).model_dump(), code)

    @app.exception_handler(NotAllowedError)
    async def not_allowed(_: Request, error: NotAllowedError) -> JSONResponse:
        return say(403, str(error))

    @app.exception_handler(UnknownThingError)
    async def unknown(_: Request, error: UnknownThingError) -> JSONResponse:
        return say(404, str(error))

    @app.exception_handler(RefusedDraftError)
    async def refused(_: Request, error: RefusedDraftError) -> JSONResponse:
        return say(409, str(error))

    @app.exception_handler(NotNowError)
    async def not_now(_: Request, error: NotNowError) -> JSONResponse:
        return say(409, str(error))

    @app.exception_handler(WrongValueError)
    async def wrong_value(_: Request, error: WrongValueError) -> JSONResponse:
        return say(422, str(error))

    @app.exception_handler(JournalWriteError)
    @app.exception_handler(JournalClosedError)
    async def not_written(_: Request, error: JournalWriteError | JournalClosedError) -> JSONResponse:
        # the first line: what follows in a database's words is for the log
        why = str(error.__cause__ or error).partition("\n")[0]
        return say(503, f"not written: {why}; say it by radio and try again")

    @app.exception_handler(RequestValidationError)
    async def wrong_shape(_: Request, error: RequestValidationError) -> JSONResponse:
        found = "; ".join(
            f"{'.'.join(str(part) for part in e['loc'][1:]) or 'body'}: {e['msg']}" for e in error.errors()
        )
        return say(422, found)


def _serve_page(app: FastAPI) -> None:
    folder = Path(str(files("vallum"))) / "webpage"
    if (folder / "index.html").exists():
        app.mount("/", StaticFiles(directory=folder, html=True), name="page")
        return

    @app.get("/", include_in_schema=False)
    async def no_page() -> HTMLResponse:
        return HTMLResponse(NO_PAGE)


def _describe(app: FastAPI) -> None:
    """Add the live socket's messages to the API document: OpenAPI has no words for sockets."""
    messages = models.PictureMessage | models.ChangedMessage | models.PulseMessage | models.WatchedMessage

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            schema = TypeAdapter(messages).json_schema(ref_template="#/components/schemas/{model}")
            described["components"]["schemas"].update(schema.pop("$defs"))
            described["components"]["schemas"]["LiveMessage"] = schema
            app.openapi_schema = described
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
