"""The methods of the roles by name. A method registers itself where it is written; a new file is named in `FILES`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

from worlds.crypto.settings import ROLES
from worlds.errors import WorldError

FILES: Mapping[str, tuple[str, ...]] = {
    "analyst": ("analyst", "filters"),
    "researcher": ("arimax", "regressions", "resampling", "tft"),
    "trader": ("trader",),
    "risk": ("risk",),
}

Work = TypeVar("Work", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Method:
    """`work`: what it does, called as its role does it; `kind`: what sort of answer it gives, where a role has several;
    `extra`: a requirements file beside the desk's own, and `module`: what that brings."""

    role: str
    name: str
    work: Callable[..., Any]
    kind: str
    about: str
    extra: str
    module: str

    @property
    def installed(self) -> bool:
        return not self.module or find_spec(self.module) is not None


_METHODS: dict[tuple[str, str], Method] = {}


def register(role: str, name: str, *, kind: str = "", extra: str = "", module: str = "") -> Callable[[Work], Work]:
    """Make a function the method `name` of a role. Its docstring's first line says what it does."""
    assert role in ROLES, role

    def keep(work: Work) -> Work:
        assert (role, name) not in _METHODS, f"{role} {name} is registered twice"
        about = (work.__doc__ or "").strip().split("\n")[0]
        _METHODS[role, name] = Method(role, name, work, kind, about, extra, module)
        return work

    return keep


def methods(role: str) -> dict[str, Method]:
    """All methods of a role by name, in order of name."""
    for file in FILES[role]:
        import_module(f"worlds.crypto.methods.{file}")
    return {name: one for (of, name), one in sorted(_METHODS.items()) if of == role}


def installed_methods(role: str) -> dict[str, Method]:
    """Those that can be used on this machine."""
    return {name: one for name, one in methods(role).items() if one.installed}


def method(role: str, name: str) -> Method:
    """Raises WorldError for a name that is none, or a method whose package is not installed."""
    known = methods(role)
    if name not in known:
        near = get_close_matches(name, known, n=1, cutoff=0.0)[0]
        raise WorldError(f"Unknown {role} method '{name}'; the nearest is '{near}'. Known: {', '.join(known)}.")
    if not known[name].installed:
        raise WorldError(f"The {role} method '{name}' needs '{known[name].module}': pip install -r {known[name].extra}")
    return known[name]


def check_inventory(role: str, names: Iterable[str]) -> None:
    """Raise WorldError where one of the names is no method of the role that can be used here."""
    for name in names:
        try:
            method(role, name)
        except WorldError as error:
            raise WorldError(f"agents.{role}.inventory: {error}") from None
