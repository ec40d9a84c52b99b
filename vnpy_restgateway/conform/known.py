"""Moved to vnpy_rehearsal.conform.known; here for scripts that were written before."""

import importlib
import sys

sys.modules[__name__] = importlib.import_module("vnpy_rehearsal.conform.known")
