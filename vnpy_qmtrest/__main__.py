"""``python -m vnpy_qmtrest``: the main job on this gateway."""

import sys

from vnpy_rehearsal.__main__ import start_job

if __name__ == "__main__":
    sys.exit(start_job("QMTREST", "python -m vnpy_qmtrest"))
