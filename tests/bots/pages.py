"""A small web server with pages that nobody taught the bots, which checks what is filled in as oTree does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

# The errors of a submitted form by field; none lets the visitor pass on to the last page.
Check = Callable[[Mapping[str, str]], dict[str, str]]
LAST_PAGE = "<title>End</title><p>Thank you.</p>"
FRAME = """<!DOCTYPE html><title>Survey</title>
<form id="form" method="post">{fields}<button class="otree-btn-next">Next</button></form>"""


class Site:
    """One page at `/survey`. `answers` are the submissions that came, in order, several values of a field with a comma
    between them; `cookies` what visitors sent."""

    def __init__(self, fields: str, check: Check = lambda form: {}) -> None:
        self.fields, self.check = fields, check
        self.answers: list[dict[str, str]] = []
        self.cookies: list[str] = []
        self.address = ""

    def page(self, errors: Mapping[str, str]) -> str:
        fields = self.fields
        for name in errors:
            fields = fields.replace(f'data-field="{name}"', 'class="has-errors"')
        return FRAME.format(fields=fields)


@contextmanager
def served(site: Site) -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    site.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/survey":
                site.cookies.append(self.headers.get("Cookie", ""))
            self._reply(LAST_PAGE if self.path == "/end" else site.page({}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: ",".join(values) for name, values in parse_qs(body, keep_blank_values=True).items()}
            site.answers.append(form)
            errors = site.check(form)
            if errors:
                self._reply(site.page(errors))
            else:
                self.send_response(302)
                self.send_header("Location", "/end")
                self.end_headers()

        def _reply(self, text: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Set-Cookie", f"visit={len(site.cookies)}")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    return Handler
