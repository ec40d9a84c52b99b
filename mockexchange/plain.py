"""Text from outside that must go into an answer."""


def encodable(text: str) -> str:
    """
    The text with ``?`` for what UTF-8 cannot carry. aiohttp hands bytes of a request that are no UTF-8 on as lone
    surrogates, which no JSON encoder takes.
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
