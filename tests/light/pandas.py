"""
Stands before pandas in the processes of the tests: talib goes without it, which halves the start of every process with
vn.py. Everybody else gets the real one. By ``LONG=1`` it is not on the path.
"""

import sys
from pathlib import Path

caller = sys._getframe(1)
while caller.f_globals["__name__"].startswith("importlib."):
    assert caller.f_back is not None
    caller = caller.f_back
if caller.f_globals["__name__"] == "talib":
    raise ModuleNotFoundError("No module named 'pandas'", name="pandas")

here = str(Path(__file__).parent)
path = sys.path[:]
sys.path[:] = [each for each in path if each != here]
del sys.modules["pandas"]
try:
    import pandas  # noqa: F401  (the import system hands out what stands in sys.modules at the end)
finally:
    sys.path[:] = path
