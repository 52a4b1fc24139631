"""Signing in at the desk: what a password must be, how long a session lives, how long a guesser waits."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import OtklikError
from bot.domain.events import StaffPerson
from bot.domain.staff import Role

IDLE = dt.timedelta(hours=1)
"""A session ends after this long without anything done ..."""
LONGEST = dt.timedelta(hours=12)
"""... and after this long whatever is done."""
ROLES = tuple(role.value for role in Role)
LINK_LIFE = dt.timedelta(minutes=30)
SEEN_EVERY = dt.timedelta(minutes=1)
"""How often the time a session was last seen is written."""

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,62}[a-z0-9])?")

FREE_TRIES = {"login": 5, "address": 20}
"""Failures that cost nothing: a person mistypes; an office shares an address."""
FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(hours=1)
FORGOTTEN = dt.timedelta(hours=24)
"""Failures count no more after this long without a new one."""


class Refused(StrEnum):
    """Why somebody could not sign in; all but the wait look alike from outside."""

    WRONG = "wrong"
    WAIT = "wait"
    LINK = "link"


class SignInRefused(OtklikError):
    """The sign-in was refused."""

    def __init__(self, why: Refused, wait: dt.timedelta = dt.timedelta()) -> None:
        super().__init__()
        self.why, self.wait = why, wait


class WeakPassword(OtklikError):
    """The password is too short, too long, too plain, or much like the login."""


class NobodyKnown(OtklikError):
    """Nobody active has this login or number. 'otklik staff list' shows them all."""


class LastAdministrator(OtklikError):
    """The last administrator who can sign in has to stay. Make another one first, who sets a password."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the staff, as the desk knows him."""

    id: int
    name: str
    login: str
    team: str
    role: str

    def as_staff(self) -> StaffPerson:
        """The same one, as the rules of both desks know him."""
        return StaffPerson(self.id, self.name, self.team, self.role)


def clean_login(login: str) -> str:
    """One spelling of a login, for finding it."""
    return login.strip().casefold()


def good_login(login: str) -> bool:
    return LOGIN.fullmatch(login) is not None


def check_password(password: str, login: str) -> None:
    """Raises WeakPassword."""
    plain = password.casefold()
    name = login.split("@")[0]
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or len(set(plain)) < 5:
        raise WeakPassword
    if (len(name) >= 4 and name in plain) or plain in login or plain.isdigit():
        raise WeakPassword


def hashed(token: str) -> bytes:
    """What is kept of a random token: who reads the table can't use it. (256 random bits need no slow hash.)"""
    return hashlib.sha256(token.encode()).digest()


def form_token(token: str) -> str:
    """The token of a session's forms: only who holds the session's cookie can make it."""
    return hashlib.sha256(b"form:" + token.encode()).hexdigest()


def wait_after(kind: str, failures: int) -> dt.timedelta:
    """How long the next try must wait: doubled by every failure."""
    beyond = failures - FREE_TRIES[kind]
    if beyond < 0:
        return dt.timedelta()
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(beyond, 20)))
