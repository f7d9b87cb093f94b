"""What a stranger may ask of any address, as it goes over the line: methods, paths, headers, bodies. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ODD = ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "OPENPIT", "DISPATCH", "SCOPE", "__init__")
# In the place of a code, a name or a number within a path.
CODES = (
    *("nosuch00", "%00", "..%2f..%2fetc%2fpasswd", "../../settings.py", "%2e%2e/%2e%2e/settings.py", "%ff%fe", "%"),
    *("%ed%a0%80", "%F0%9F%93%88", "-1", "99999999999999999999", "x" * 3000, "'%20OR%201=1--", "%0d%0aset-cookie:a=b"),
)
QUERIES = (
    *("?%00", "?participant_label=%00", "?participant_label=%ff", "?participant_label=%ed%a0%80", "?=&&&=%", "?code=["),
    *("?participant_label=" + "x" * 5000, "?scrsplit=<script>", "?assignmentId=%00&workerId=%ff", "?a=" + "%00" * 2000),
    *("?welcome_page_ok=1&participant_label=%00", "?welcome_page_ok=1&participant_label=%ed%a0%80&hash=%ff"),
    *("?participant_code=%00&page_index=x&session_pk=-1&participant_id=99999999999999999999&group_id=1",),
)
COOKIES = ("session=", "session=forged.x.y", "session=e30=.\xff.\xff", 'session="', "=;;=;", "session=" + "A" * 4000)
TYPES = (
    *("", "application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain; charset=nosuch"),
    *("multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "\xff" * 20, "\xff/\xfe", ";;;"),
    *("application/x-www-form-urlencoded; charset=utf-16",),
)
PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n--x--\r\n'
JSON = (
    *(b"{", b"[]", b"[1, 2]", b"null", b"1", b'"text"', b"{}", b"NaN", b"[" * 60_000, b"9" * 5000, b'{"do":' * 9_000),
    *(b'{"a": "\\ud800"}', b'{"vars": 1}', b'{"room_name": [], "participant_label": {}, "vars": []}'),
)
FORMS = (
    *(b"a=b&&=&%", b"csrf_token=%00", b"csrf_token=\xff", b"a=%ff&a=%ed%a0%80", b"=" * 20_000, b"back_button=1"),
    *(b"timeout_happened=1&admin_secret_code=x", b"consent=%00", b"consent=yes&consent=no", b"consent=%ff"),
)
PARTS = (
    *(b"--x", b"--x--\r\n", b"--x\r\n\r\n", b"--x\r\n\xff: \xff\r\n\r\na\r\n--x--", PART % (b"a", b"\xff")),
    *(b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n", PART % (b"\x00", b"b")),
)
BODIES = (b"", b"\x00", b"\xff\xfe", *JSON, *FORMS, *PARTS)
KEYS = ("", "wrong", "\xff" * 300)
HOSTS = ("[", "[::1", "\xff", "a b", "", "lab:x", "lab:99999999", "http://lab", "lab@else", "x" * 3000)
SCHEMES = ("https", "[", "x://[", "\xff", "javascript")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `target` is the path with its query; texts go out as Latin-1."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def wire(self) -> bytes:
        fixed = (("connection", "close"), ("content-length", str(len(self.body))))
        headers = (f"{name}: {value}" for name, value in (*fixed, *self.headers))
        return "\r\n".join([f"{self.method} {self.target} HTTP/1.1", *headers, "", ""]).encode("latin-1") + self.body

    def __str__(self) -> str:
        return f"{self.method} {self.target[:80]} {dict(self.headers)!s:.160} {self.body[:60]!r}"


def asks(rng: random.Random, paths: Sequence[str], codes: Sequence[str], number: int) -> Iterator[Ask]:
    """So many requests for each of `paths`, whose {names} become codes of nobody, or those of `codes`."""
    for path in paths:
        for _ in range(number):
            target = _filled(rng, path, codes) + rng.choice(["", "", rng.choice(QUERIES)])
            body = rng.choice(BODIES)
            yield Ask(rng.choice(["GET", "POST", "POST", rng.choice(ODD)]), target, tuple(_headers(rng)), body)


def _filled(rng: random.Random, path: str, codes: Sequence[str]) -> str:
    """`path` with something in the place of each {name}."""
    parts = [rng.choice([*CODES, *codes]) if one.startswith("{") else one for one in path.split("/")]
    return "/".join(parts)


def _headers(rng: random.Random) -> Iterator[tuple[str, str]]:
    yield "host", "lab" if rng.random() < 0.9 else rng.choice(HOSTS)
    if rng.random() < 0.1:
        yield "x-forwarded-proto", rng.choice(SCHEMES)
    if kind := rng.choice(TYPES):
        yield "content-type", kind
    if rng.random() < 0.3:
        yield "cookie", rng.choice(COOKIES)
    if rng.random() < 0.3:
        yield "otree-rest-key", rng.choice(KEYS)
