"""The Python blocks of the manual: what they are, and how they are run against another server."""

import ast
import re
from pathlib import Path
from typing import Any

HERE: Path = Path(__file__).parent
SEEDS: Path = HERE.parents[2] / "shared" / "seeds"
TITLE: str = "# QMT交易客户端使用手册"
BLOCK: re.Pattern[str] = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks_of(text: str) -> list[str]:
    return BLOCK.findall(text)


def shared_manual() -> str | None:
    """The manual itself, where it lies beside the repository."""
    for path in sorted(SEEDS.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        if text.startswith(TITLE):
            return text
    return None


def is_program(block: str) -> bool:
    """Whether a block can be run; others show a signature or the tree of exceptions."""
    try:
        ast.parse(block)
    except SyntaxError:
        return False
    return True


COPIES: list[str] = blocks_of((HERE / "manual_examples.md").read_text(encoding="utf-8"))
BLOCKS: list[str] = blocks_of(shared_manual() or "") or COPIES
PROGRAMS: dict[int, str] = {number: block for number, block in enumerate(BLOCKS) if is_program(block)}
SHOWN: dict[int, str] = {number: block for number, block in enumerate(BLOCKS) if not is_program(block)}


def put_in(block: str, url: str, client_id: str, secret_key: str, username: str, password: str, order_id: int) -> str:
    """A block with another address, other credentials and another order id; nothing else is changed."""
    block = block.replace('"http://localhost:9091"', repr(url))
    block = re.sub(r'client_id="[^"]*"', lambda _: f"client_id={client_id!r}", block)
    block = re.sub(r'secret_key="[^"]*"', lambda _: f"secret_key={secret_key!r}", block)
    block = block.replace('login("admin", "password")', f"login({username!r}, {password!r})")
    block = block.replace('login("admin", ', f"login({username!r}, ")
    return block.replace("order_id=12345", f"order_id={order_id}")


def run(block: str, names: dict[str, Any]) -> tuple[int, dict[int, Exception]]:
    """
    Run a block statement by statement, also after one that raises. Returns how many were run and what was raised, by the number of
    the statement.
    """
    raised: dict[int, Exception] = {}
    statements = ast.parse(block).body
    for number, statement in enumerate(statements):
        try:
            exec(compile(ast.Module([statement], []), "<manual>", "exec"), names)
        except Exception as error:
            raised[number] = error
    return len(statements), raised
