"""What one worker has compiled, the others and their children read, also where PYTHONDONTWRITEBYTECODE is set; properties have no deadline."""

import os
import sys

from hypothesis import settings

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)     # of the workers, which start later, and of all children

# a slow machine is no failure of a property
settings.register_profile("house", deadline=None)
settings.load_profile("house")
