"""``python -m mockexchange``."""

import sys

from rest_locale import _
from rest_locale.commands import prepare


def start() -> int:
    """Run the command line; 2 with one line on stderr when the server's libraries are missing."""
    prepare()
    try:
        from .server.cli import main
    except ModuleNotFoundError as error:
        if error.name not in ("aiohttp", "msgspec"):
            raise
        print(
            _('mockexchange: error: {name} is missing, install it with: pip install "vnpy_mockbinance[mock]"').format(name=error.name),
            file=sys.stderr,
        )
        return 2
    return main()


if __name__ == "__main__":
    sys.exit(start())
