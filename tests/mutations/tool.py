"""
``python tests/mutations/tool.py vnpy_hashex/parse.py tests/hashex/test_hashex_parse.py``

Runs mutmut (extra ``mutation``) over one module with the tests named, in a copy of the repository, and prints what survives or is reached by no test.
mutmut changes every operator, number and word of a module, some of them without a difference that matters: its survivors are
read by a person. The recorded builds beside this file are those that must be found.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT: Path = Path(__file__).parents[2]
PACKAGES: tuple[str, ...] = ("mockexchange", "vnpy_restgateway", "vnpy_mockbinance", "vnpy_hashex")


def main(module: str, tests: list[str]) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in (*PACKAGES, "tests", "docs"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "pyproject.toml").write_text(
            f"[tool.mutmut]\nsource_paths = [{module!r}]\npytest_add_cli_args_test_selection = {tests!r}\n"
            f"also_copy = {[*PACKAGES, 'docs']!r}\n", encoding="utf-8",
        )
        code = subprocess.call([sys.executable, "-m", "mutmut", "run", "--max-children", "2"], cwd=folder)
        found = subprocess.run([sys.executable, "-m", "mutmut", "results"], cwd=folder, capture_output=True, text=True, check=False)
        survivors = [line.split(":")[0].strip() for line in found.stdout.splitlines() if line.endswith(("survived", "no tests"))]
        for one in survivors:
            subprocess.call([sys.executable, "-m", "mutmut", "show", one], cwd=folder)
        print(f"{len(survivors)} mutants survive")
        return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
