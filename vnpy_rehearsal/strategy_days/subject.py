"""What is tried: a CtaTemplate, a StrategyTemplate of vnpy_portfoliostrategy, or a script with ``run(engine)`` for vnpy_scripttrader."""

import importlib
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from vnpy_ctastrategy import CtaTemplate

from rest_locale import _

from ..parameters import read_parameters

CTA, PORTFOLIO, SCRIPT = "cta", "portfolio", "script"


@dataclass(frozen=True)
class Subject:
    """``kind``: cta, portfolio or script. ``what``: the class, or the script's module. ``setting``: the parameters that are not the defaults."""

    spec: str
    kind: str
    what: Any
    setting: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.what.__name__)

    @property
    def modules(self) -> list[ModuleType]:
        """The user's modules: the strategy's, and those of its package or folder."""
        own: ModuleType = self.what if isinstance(self.what, ModuleType) else sys.modules[self.what.__module__]
        top: str = own.__name__.partition(".")[0]
        folder: Path | None = Path(own.__file__).parent if own.__file__ else None
        if folder is not None and "site-packages" in folder.parts:
            folder = None
        return [
            module for name, module in list(sys.modules.items())
            if isinstance(module, ModuleType) and (
                module is own or "." in own.__name__ and name.partition(".")[0] == top
                or folder is not None and Path(getattr(module, "__file__", None) or os.devnull).parent == folder
            )
        ]


def load_subject(spec: str, pairs: Iterable[str] = ()) -> Subject:
    """
    "module:Class", "module:run" or "script.py", with NAME=VALUE parameters.

    :raises ValueError: naming what cannot be found, or the parameter and the value that is wrong
    """
    given: list[str] = list(pairs)
    module_name, __, name = spec.partition(":")
    try:
        if module_name.endswith(".py"):
            path: Path = Path(module_name).resolve()
            if not path.exists():
                raise ValueError(_("no such file: {name}").format(name=module_name))
            sys.path.insert(0, str(path.parent))
            module_name = path.stem
        elif not module_name or not name:
            raise ValueError(_("must be MODULE:CLASS, or the path of a script with run(engine)"))
        module: ModuleType = importlib.import_module(module_name)
        if not name and not hasattr(module, "run"):
            raise ValueError(_("it has no run(engine); a class in it is named {spec}:CLASS").format(spec=spec))
        found: Any = getattr(module, name or "run")
    except ValueError as error:
        raise ValueError(_("strategy {spec!r}: {error}").format(spec=spec, error=error)) from None
    except Exception as error:          # its module is the user's: anything can happen in there
        raise ValueError(_("strategy {spec!r} cannot be loaded: {kind}: {error}").format(spec=spec, kind=type(error).__name__, error=error)) from None
    if not isinstance(found, type):
        if not callable(found) or found.__name__ != "run":
            raise ValueError(_("strategy {spec!r} is no CtaTemplate, no StrategyTemplate and no run(engine)").format(spec=spec))
        needs("vnpy_scripttrader", spec)
        if given:
            raise ValueError(_("--setting: {pair!r}: a script has no parameters").format(pair=given[0]))
        return Subject(spec, SCRIPT, module)
    if issubclass(found, CtaTemplate):
        return Subject(spec, CTA, found, read_parameters(found, given))
    if any(base.__module__.partition(".")[0] == "vnpy_portfoliostrategy" for base in found.__mro__):
        return Subject(spec, PORTFOLIO, found, read_parameters(found, given))
    raise ValueError(_("strategy {spec!r} is no CtaTemplate and no StrategyTemplate").format(spec=spec))


def needs(package: str, spec: str) -> None:
    """
    :raises ValueError: the package is not installed
    """
    if find_spec(package) is None:
        raise ValueError(_("strategy {spec!r} needs {package}: pip install {package}").format(spec=spec, package=package))
