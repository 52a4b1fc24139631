"""Settings, from ``OTKLIK_*`` environment variables. Read by ``app`` and ``cli`` only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http:// or https:// address")
    return value.rstrip("/")


def _database_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ValueError("must look like postgresql://user:password@host:5432/name")
    return value


def _keys(value: object) -> object:
    if not isinstance(value, str):
        return value
    keys = value.replace(",", " ").split()
    if any(len(key) < 16 for key in keys):
        raise ValueError("each key has at least 16 characters")
    return keys


SecretKeys = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_keys)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
S = TypeVar("S", bound=BaseSettings)


class ContentSettings(BaseSettings):
    """What is needed to understand a question, without a database."""

    model_config = SettingsConfigDict(env_prefix="OTKLIK_", frozen=True, extra="ignore", env_ignore_empty=True)

    pack: Path = ROOT / "knowledge_base" / "packs" / "ministry"
    var: Path = ROOT / "var"
    """Folder for caches and, with scripts/run, the embedded database."""
    speech_model: Path | None = None
    """Folder of a Vosk model, by which voice messages are put into writing."""
    rasa_url: HttpUrl | None = None
    rasa_token: SecretStr | None = None
    rasa_mode: Literal["off", "on", "shadow"] = "on"
    """What Rasa is for, if there is a URL; ``shadow``: it is compared with the engine that answers."""


class Settings(ContentSettings):
    """Everything an operator can set. A wrong value is one clear line and exit code 2."""

    database_url: Annotated[str, AfterValidator(_database_url)]
    telegram_token: SecretStr | None = Field(default=None)
    telegram_api: HttpUrl = "https://api.telegram.org"
    telegram_staff_chat: int | None = None
    telegram_rate: float = Field(default=30, gt=0, le=10000)
    """Messages a second over all chats."""
    telegram_chat_rate: float = Field(default=1, gt=0, le=1000)
    """Messages a second in one chat, after a short burst."""
    telegram_unknown: str = Field(default="repeat", pattern="^(repeat|hold)$")
    """What to do with a send whose outcome is unknown."""
    vk_token: SecretStr | None = None
    vk_group_id: int | None = Field(default=None, gt=0)
    vk_api: HttpUrl | None = None
    vk_rate: float = Field(default=20, gt=0, le=10000)
    public_url: HttpUrl | None = None
    ingress: Literal["polling", "webhook"] | None = None
    """How messengers deliver; unset: by webhook if ``public_url`` begins with https."""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    secret_key: SecretStr = Field(min_length=16)
    """Signs the page's cookie and encrypts personal values."""
    secret_keys_also: SecretKeys = ()
    """Further keys, separated by spaces or commas: they open what they wrote, and write nothing."""
    metrics_token: SecretStr | None = Field(default=None, min_length=16)
    """Shown by whoever asks for /metrics."""
    log: str = Field(default="text", pattern="^(text|json)$")
    clock_file: Path | None = None
    """Tests only: a file with seconds to add to the clock."""

    @model_validator(mode="after")
    def _webhook_has_an_address(self) -> Self:
        if self.ingress == "webhook" and self.public_url is None:
            raise ValueError("OTKLIK_INGRESS is webhook, so OTKLIK_PUBLIC_URL must be set.")
        return self

    @property
    def webhook_site(self) -> str | None:
        """The address messengers deliver to; None: they are polled."""
        if self.ingress == "polling" or self.public_url is None:
            return None
        return self.public_url if self.ingress == "webhook" or self.public_url.startswith("https://") else None

    @property
    def site(self) -> str:
        """Where people open the page and the desk."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def keys(self) -> tuple[str, ...]:
        """All secret keys, the one that writes first."""
        return tuple(key.get_secret_value() for key in (self.secret_key, *self.secret_keys_also))


def read(kind: type[S]) -> S:
    """The settings of the environment. Raises ValidationError; ``explain`` puts it into words."""
    return kind()


def secrets(settings: Settings) -> list[str]:
    """What must never be logged, whoever logs it."""
    found = [value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)]
    password = urlsplit(settings.database_url).password
    found += [key.get_secret_value() for key in settings.secret_keys_also]
    return [one for one in (*found, unquote(password or "")) if len(one) >= 6]


def explain(error: ValidationError) -> list[str]:
    """One line for each wrong or missing setting, naming the variable."""
    lines = []
    for fault in error.errors():
        if not fault["loc"]:
            lines.append(fault["msg"].removeprefix("Value error, "))
            continue
        name = "OTKLIK_" + str(fault["loc"][0]).upper()
        if fault["type"] == "missing":
            lines.append(f"{name} is not set. Set it in the environment; the README lists all settings.")
        else:
            lines.append(f"{name} is wrong: {fault['msg'].removeprefix('Value error, ')}.")
    return lines
