"""Which release this is."""

from importlib.metadata import PackageNotFoundError, version

DISTRIBUTION: str = "vnpy_mockbinance"          # all packages of the project come with it


def release() -> str:
    """``0.1.0``, as the installed distribution has it."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "not installed, run from its folder"
