"""What a log line is made of: short, printable, without secrets."""

from .net.redact import longest_form, redact

LONGEST_LINE: int = 800         # characters of a log line
READ_OF_LINE: int = 4_000       # characters that are looked through for secrets first


def one_line(msg: str, hidden: tuple[str, ...]) -> str:
    """Any text as one line that can be shown; ``hidden`` are secrets, which never get out."""
    if len(msg) > READ_OF_LINE:
        msg = redact(msg[:READ_OF_LINE], hidden)
        unsure: int = longest_form(hidden)        # a secret cut in two
        msg = f"{msg[:max(0, min(LONGEST_LINE, len(msg) - unsure))]} ..."
    elif len(msg := redact(msg, hidden)) > LONGEST_LINE:
        msg = f"{msg[:LONGEST_LINE]} ..."
    if not msg.isprintable():
        msg = "".join(c if c.isprintable() else " " for c in msg)
    return msg


def describe(error: BaseException) -> str:
    """An exception: where it was raised, its type and its words."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    try:
        text: str = str(error)
    except Exception:
        text = "no words"
    place: str = f" ({trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno})" if trace else ""
    return f"{place}: {type(error).__name__}: {text}"
