"""What a store can keep."""

from __future__ import annotations

from ctx.errors import SecretError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctx.model import Secret


def checked(name: str, secret: Secret) -> str:
    """The value to keep. Raises SecretError for what no environment variable can hold, or no store as text."""
    value = secret.reveal()
    if "\0" in value:
        cause = "a NUL"
    elif not is_text(value):
        cause = "half of a surrogate pair, or bytes that are not UTF-8"
    else:
        return value
    raise SecretError(
        f"the value of {name} holds {cause}, which cannot be kept", fix="keep it encoded, as base64 for example"
    )


def is_text(value: str) -> bool:
    """Whether `value` has an encoding."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
