"""
What somebody gets who has no clone: the wheel, installed into an environment of its own and used from an empty folder. Its libraries are
those of the environment that runs the tests, so nothing is downloaded. One test: what it looks at is built once.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import urllib.request
import venv
import zipfile
from pathlib import Path

from children import python_path
from tree import ROOT, tracked

PACKAGES = ("mockexchange", "qmt_trade_client", "rest_locale", "vnpy_futuopend", "vnpy_hashex", "vnpy_mockbinance", "vnpy_qmtrest", "vnpy_rehearsal", "vnpy_restgateway", "vnpy_webgateway")
NOT_SHIPPED = {".gitignore"}
WHERE: str = f"import importlib, json; print(json.dumps([importlib.import_module(name).__file__ for name in {PACKAGES!r}]))"


def run(*words: object, cwd: Path, path: str = "") -> str:
    """Standard output of a command that must succeed. ``path``: its PYTHONPATH, and no other."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"LANGUAGE": "en"}
    if path:
        environment["PYTHONPATH"] = path
    done = subprocess.run([str(word) for word in words], cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build(folder: Path) -> tuple[Path, Path]:
    """Source distribution, and the wheel that is built from it; of the files that git knows, so that no old one gets in."""
    source = folder / "source"
    for path in tracked():
        target = source / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", source, cwd=folder)
    (sdist,), (wheel,) = (folder / "dist").glob("*.tar.gz"), (folder / "dist").glob("*.whl")
    return sdist, wheel


def assert_nothing_is_missing(sdist: Path, wheel: Path) -> None:
    files = {path.relative_to(ROOT).as_posix() for path in tracked()}
    with tarfile.open(sdist) as archive:
        packed = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
    assert files - packed <= NOT_SHIPPED, sorted(files - packed - NOT_SHIPPED)
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    of_packages = {name for name in files if name.partition("/")[0] in PACKAGES}
    assert any(not name.endswith(".py") for name in of_packages)
    assert packed == of_packages, f"missing: {sorted(of_packages - packed)}, too much: {sorted(packed - of_packages)}"


def install(wheel: Path, folder: Path) -> Path:
    """An environment with the wheel; the folder of its programs. It sees the libraries of this one, not what is edited here."""
    venv.create(folder, with_pip=False)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    libraries = dict.fromkeys(path for path in sys.path if path.endswith("site-packages"))
    (site / "libraries.pth").write_text("".join(f"{path}\n" for path in libraries), encoding="utf-8")
    return scripts


def assert_serves(*command: object, cwd: Path) -> None:
    """The mock exchange listens, answers as Binance and as itself, and has its page and the page's Chinese."""
    with subprocess.Popen(
        [*map(str, command), "serve", "binance=0", "--exit-with-stdin"], cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    ) as process:
        assert process.stdin and process.stdout
        url = json.loads(process.stdout.readline())["rest"]
        for path in ("/api/v3/ping", "/_mock/state", "/_mock/", "/_mock/page/main.js", "/_mock/page/vendor/lightweight-charts.standalone.production.js"):
            with urllib.request.urlopen(url + path, timeout=10.0) as answer:
                assert answer.status == 200 and answer.headers["X-Mock-Exchange"] == "binance"
        with urllib.request.urlopen(url + "/_mock/page/locale/zh_CN.json", timeout=10.0) as answer:
            assert json.load(answer)["Drop all"] == "全部断开"
        process.stdin.close()
        assert process.wait(10.0) == 0


def test_the_wheel_has_everything_and_runs_from_an_empty_folder(tmp_path: Path) -> None:
    sdist, wheel = build(tmp_path)
    assert_nothing_is_missing(sdist, wheel)
    scripts = install(wheel, tmp_path / "environment")
    python, empty = scripts / "python", tmp_path / "empty"
    (empty / ".vntrader").mkdir(parents=True)

    found = json.loads(run(python, "-c", WHERE, cwd=empty, path=python_path()))
    assert all(Path(file).is_relative_to(tmp_path / "environment") for file in found), found
    for program in ("mockexchange", "vnpy-rehearsal"):
        assert run(scripts / program, "--version", cwd=empty).endswith(f" {wheel.name.split('-')[1]}\n")
    assert_serves(scripts / "mockexchange", cwd=empty)
    assert_serves(python, "-m", "mockexchange", cwd=empty)
    run(scripts / "vnpy-rehearsal", "new-venue", "tinywheel", cwd=empty, path=python_path())
    assert list(empty.glob("*/vnpy_tinywheel/gateway.py")) or list(empty.glob("vnpy_tinywheel/gateway.py"))
    # imports every gateway and dialect by its entry point, and starts the embedded exchange
    assert run(scripts / "vnpy-rehearsal", "doctor", cwd=empty, path=python_path()).endswith("\nNothing is wrong.\n")
