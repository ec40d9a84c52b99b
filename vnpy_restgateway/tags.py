"""Our order ids in the remark of an order. Pure."""


def is_tag(text: str) -> bool:
    """Whether it is an id of one of these gateways: "v", ten letters or digits, "-", a number."""
    head, dash, number = text.partition("-")
    return bool(dash) and len(head) == 11 and head[0] == "v" and head.isascii() and head.isalnum() and number.isascii() and number.isdigit()
