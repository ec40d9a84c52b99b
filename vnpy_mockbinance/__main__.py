"""``python -m vnpy_mockbinance``: the main job on this gateway."""

import sys

from vnpy_rehearsal.job import start

if __name__ == "__main__":
    sys.exit(start("MOCKBINANCE", "python -m vnpy_mockbinance"))
