"""``python -m vnpy_qmtrest``: the main job on this gateway."""

import sys

from vnpy_rehearsal.job import start

if __name__ == "__main__":
    sys.exit(start("QMTREST", "python -m vnpy_qmtrest"))
