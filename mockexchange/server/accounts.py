"""Accounts a venue opens with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rest_locale import _

from ..core.instruments import Instrument
from ..core.numbers import parse_amount
from ..dialects import load_dialect
from ..listing import new_funds
from ..public_keys import PublicKey, read_public_key, read_public_key_file

FILE_MARK: str = "@"
BARE_MARK: str = "ed25519="


@dataclass
class Account:
    """
    An API key, its secret, and what it starts with: asset -> amount in 1e-8. The key is the account's name.

    An account whose requests are signed with a private key has a ``public_key`` instead of a secret: PEM text, or the
    32 bytes of an Ed25519 key in base64.
    """

    key: str
    secret: str = ""
    balances: dict[str, int] = field(default_factory=dict)
    public_key: str = ""


def default_accounts(opening: Iterable[tuple[str, str, Mapping[str, int]]], added: Iterable[Instrument]) -> list[Account]:
    """
    The accounts of a venue that was given none: those it opens with (key, secret, funds). The first of them has funds of the
    assets of symbols that were ``added``, too.
    """
    found: list[Account] = [Account(key, secret, dict(funds)) for key, secret, funds in opening]
    for instrument in added:
        found[0].balances = {**new_funds(instrument), **found[0].balances}
    return found


def parse_account(text: str) -> Account:
    """
    Read ``KEY:SECRET:USDT=100000,BTC=1``; the balances may be empty (``KEY:SECRET:``).

    In place of the secret, ``@PATH`` names the file of a public key and ``ed25519=BASE64`` is one. Raises ValueError naming
    the part that is wrong. The secret is never quoted.
    """
    parts: list[str] = text.split(":")
    if len(parts) > 3 and parts[1].startswith(FILE_MARK):
        parts = [parts[0], ":".join(parts[1:-1]), parts[-1]]        # a path may have colons, funds have none
    if len(parts) != 3:
        raise ValueError(_("account: not KEY:SECRET:ASSET=AMOUNT,...: it has {count} parts where 3 are needed").format(count=len(parts)))
    key, secret, funds = parts
    if not key or not secret:
        raise ValueError(_("account {key!r}: key and secret must not be empty").format(key=key))
    if not all(word.isascii() and word.isprintable() and " " not in word for word in (key, secret) if not word.startswith(FILE_MARK)):
        raise ValueError(_("account {key!r}: key and secret must be ASCII text without spaces").format(key=key))
    account: Account = Account(key, secret)
    if secret.startswith((FILE_MARK, BARE_MARK)):
        try:
            account.public_key = read_public_key_file(secret[1:]) if secret[0] == FILE_MARK else secret[len(BARE_MARK):]
            read_public_key(account.public_key)
        except ValueError as error:
            raise ValueError(_("account {key!r}: {error}").format(key=key, error=error)) from None
        account.secret = ""
    for item in filter(None, funds.split(",")):
        asset, equals, amount = item.partition("=")
        if not asset or not equals:
            raise ValueError(_("account {key!r}: not ASSET=AMOUNT: {item!r}").format(key=key, item=item))
        if asset in account.balances:
            raise ValueError(_("account {key!r}: asset {asset!r} is given twice").format(key=key, asset=asset))
        try:
            value: int = parse_amount(amount)
        except ValueError as error:
            raise ValueError(_("account {key!r}: {asset}: {error}").format(key=key, asset=asset, error=error)) from None
        if value < 0:
            raise ValueError(_("account {key!r}: {asset}: negative amount: {amount!r}").format(key=key, asset=asset, amount=amount))
        account.balances[asset] = value
    return account


def read_accounts(
    accounts: Iterable[Account | str] | None, assets: Iterable[str], added: Iterable[Instrument],
    opening: Iterable[tuple[str, str, Mapping[str, int]]],
) -> list[Account]:
    """
    Accounts given as objects or as command line text; None or none at all: the default account, with funds
    of the assets of symbols that were ``added`` to those that are built in.

    Raises ValueError for a repeated key and for an asset that no instrument trades.
    """
    given: list[Account] = [
        parse_account(account) if isinstance(account, str) else account for account in accounts or ()
    ]
    result: list[Account] = given or default_accounts(opening, added)
    known: set[str] = set(assets)
    seen: set[str] = set()
    for account in result:
        if account.key in seen:
            raise ValueError(_("account {key!r}: the key is given twice").format(key=account.key))
        seen.add(account.key)
        for asset in account.balances:
            if asset not in known:
                raise ValueError(_("account {key!r}: unknown asset {asset!r}, there are: {names}").format(key=account.key, asset=asset, names=', '.join(sorted(known))))
    return result


def public_keys_of(accounts: Iterable[Account], dialect: str) -> dict[str, PublicKey]:
    """
    API key -> public key, of the accounts that have one. ValueError for one that cannot be read, one beside a secret, and
    for a dialect whose clients sign with secrets only.
    """
    found: dict[str, PublicKey] = {}
    for account in accounts:
        if not account.public_key:
            continue
        if account.secret:
            raise ValueError(_("account {key!r}: a key has a secret or a public key, not both").format(key=account.key))
        if not getattr(load_dialect(dialect), "has_public_keys", False):
            raise ValueError(_("account {key!r}: clients of the dialect {dialect!r} sign with a secret, not with a key pair").format(key=account.key, dialect=dialect))
        try:
            found[account.key] = read_public_key(account.public_key)
        except ValueError as error:
            raise ValueError(_("account {key!r}: {error}").format(key=account.key, error=error)) from None
    return found
