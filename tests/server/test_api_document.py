"""What the page is built from is what the server says: the API document and the page's types are current."""

from __future__ import annotations

import json
import re
from pathlib import Path

from vallum.server.app import api_document

WEB = Path(__file__).parents[2] / "web"


def test_the_api_document_in_the_repository_is_what_the_server_says() -> None:
    written = (WEB / "openapi.json").read_bytes()
    assert written == api_document(), "run: vallum api > web/openapi.json, then npm run types in web/"


def test_the_page_has_a_type_for_every_shape_of_the_api() -> None:
    types = (WEB / "src" / "api" / "schema.gen.ts").read_text(encoding="utf-8")
    known = set(re.findall(r"^        (\w+): ", types[types.index("export interface components") :], re.MULTILINE))
    shapes = set(json.loads(api_document())["components"]["schemas"])
    assert shapes - known == set(), "run: npm run types in web/"


def test_every_route_says_in_words_what_it_does_and_how_it_refuses() -> None:
    paths = json.loads(api_document())["paths"]
    for path, methods in paths.items():
        for method, route in methods.items():
            assert route["description"].strip(), (method, path)
            assert {"401", "403", "404", "409", "422"} <= set(route["responses"]), (method, path)
