"""The parser of every command here. Imports no vn.py."""

import argparse
from typing import Any, NoReturn

from mockexchange.version import release
from rest_locale import _


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line, and which tells its version."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.add_argument("--version", action="version", version=f"%(prog)s {release()}", help=_("show program's version number and exit"))

    def error(self, message: str) -> NoReturn:
        self.exit(2, _("{program}: error: {error}").format(program=self.prog, error=" ".join(message.split())) + "\n")
