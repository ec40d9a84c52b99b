"""What one worker has compiled, the others and their children read, also where PYTHONDONTWRITEBYTECODE is set."""

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)     # of the workers, which start later, and of all children
