"""``python -m vnpy_futuopend``: the main job on this gateway."""

import sys

from vnpy_rehearsal.job import start

if __name__ == "__main__":
    sys.exit(start("FUTUOPEND", "python -m vnpy_futuopend"))
