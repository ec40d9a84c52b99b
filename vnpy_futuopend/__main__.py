"""``python -m vnpy_futuopend``: the main job on this gateway."""

import sys

from vnpy_rehearsal.__main__ import start_job

if __name__ == "__main__":
    sys.exit(start_job("FUTUOPEND", "python -m vnpy_futuopend"))
