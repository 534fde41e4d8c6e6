"""The settings files of the client: which there are, in which order they count, and what they say about signing in.

Order and places: managed, local, project, user, legacy (client 2.1.330, measured). The project's file is read in the
working directory only, its local file at the root of the git repository, else in the working directory.
"""

from __future__ import annotations

import os
import sys

from ctx.claude.model import LEGACY, LOCAL, MANAGED, PROJECT, USER, Layer
from ctx.claude.settings_json import UnusableError, key_lines, kind, parsed, read_object, well_formed

LIMIT = 1024 * 1024
"""Bytes of a settings file that are read."""

STATE_LIMIT = 32 * 1024 * 1024
"""Bytes of a `.claude.json` that are read: it also holds what was pasted into every project."""

KEYS = {
    "apiKeyHelper": (str,),
    "awsCredentialExport": (str,),
    "awsAuthRefresh": (str,),
    "gcpAuthRefresh": (str,),
    "forceLoginMethod": (str,),
    "forceLoginOrgUUID": (str, list),
    "model": (str,),
}
"""Settings other than variables that matter for signing in, and the types they have."""

REMOTE = "remote-settings.json"
"""What a server of the user's organization manages, as the client keeps it in its own directory. Where it says anything,
the machine's managed settings count for nothing: https://github.com/anthropics/claude-code/issues/53662."""


class ManagedPlaces:
    """Where an administrator's settings lie.

    `folder` holds `managed-settings.json` and `managed-settings.d`; `lists` are property lists that count before it
    (macOS); `registry`: whether that is asked as well (Windows).
    """

    __slots__ = ("folder", "lists", "registry")

    def __init__(self, folder: str, lists: tuple[str, ...] = (), *, registry: bool = False) -> None:
        self.folder = folder
        self.lists = lists
        self.registry = registry


def managed_places(platform: str = sys.platform) -> ManagedPlaces:
    """Those of an operating system, by the name in `sys.platform`."""
    if platform == "darwin":
        lists = ("/Library/Managed Preferences/com.anthropic.claudecode.plist",)
        return ManagedPlaces("/Library/Application Support/ClaudeCode", lists)
    if platform == "win32":
        return ManagedPlaces(r"C:\Program Files\ClaudeCode", registry=True)
    return ManagedPlaces("/etc/claude-code")


def read_layers(
    home: str,
    config_dir: str,
    cwd: str,
    *,
    managed: ManagedPlaces | None = None,
    legacy: Layer | None = None,
) -> tuple[Layer, ...]:
    """Every settings file that is there, strongest first.

    `config_dir` is the client's directory, "" where it is not known. `managed` says where an administrator's files lie.
    `legacy` is the `.claude.json` as a layer, where it has been read already: its old `env` block still counts; without it
    that is the one of an unset CLAUDE_CONFIG_DIR.
    """
    found = _managed(config_dir, managed or managed_places())
    user = os.path.join(config_dir, "settings.json") if config_dir else ""
    local, project = local_file(cwd), os.path.join(cwd, ".claude", "settings.json")
    found.append(read_layer(LOCAL, local))
    # In the home directory the project's file is the user's.
    if os.path.normpath(project) != os.path.normpath(user):
        found.append(read_layer(PROJECT, project))
    if user:
        found.append(read_layer(USER, user))
    legacy = legacy or read_layer(LEGACY, os.path.join(home, ".claude.json"), STATE_LIMIT)
    found.append(legacy if legacy is not None and (legacy.env or legacy.problem) else None)
    return tuple(layer for layer in found if layer is not None)


def local_file(cwd: str) -> str:
    """The `settings.local.json` that counts in a directory."""
    beside = os.path.join(".claude", "settings.local.json")
    place = cwd
    while not os.path.lexists(os.path.join(place, ".git")):
        above = os.path.dirname(place)
        if above == place:
            return os.path.join(cwd, beside)
        place = above
    at_root = os.path.join(place, beside)
    return at_root if os.path.lexists(at_root) else os.path.join(cwd, beside)


def read_layer(name: str, path: str, limit: int = LIMIT) -> Layer | None:
    """One file as a layer of that kind; None where there is none."""
    layer = Layer(name, path)
    try:
        fill(layer, *read_object(path, limit))
    except FileNotFoundError:
        return None
    except UnusableError as error:
        layer.problem = str(error)
    return layer


def fill(layer: Layer, content: dict[str, object], text: str) -> None:
    """Take what matters over from a file's content. What makes it unusable becomes the layer's problem."""
    try:
        _fill(layer, content, text)
    except UnusableError as error:
        layer.env, layer.keys, layer.lines = {}, {}, {}
        layer.problem = str(error)


def _fill(layer: Layer, content: dict[str, object], text: str) -> None:
    env = content.get("env", {})
    if not isinstance(env, dict):
        raise UnusableError(f"env holds {kind(env)}, not an object")
    for name, value in env.items():
        if not isinstance(value, str):
            raise UnusableError(f"env.{well_formed(name)} holds {kind(value)}, not text")
        layer.env[well_formed(name)] = well_formed(value)
    keys = {} if layer.kind == LEGACY else KEYS
    for key, types in keys.items():
        value = content.get(key)
        if value is None:
            continue
        if not isinstance(value, types):
            raise UnusableError(f"{key} holds {kind(value)}, not text")
        layer.keys[key] = well_formed(value) if isinstance(value, str) else value
    if layer.env or layer.keys:
        top, below = key_lines(text, "env")
        layer.lines = {key: line for key, line in top.items() if key in layer.keys}
        layer.lines.update({well_formed(name): line for name, line in below.items()})


def _managed(config_dir: str, places: ManagedPlaces) -> list[Layer | None]:
    """What an administrator set: the first source that says anything counts alone."""
    remote = read_layer(MANAGED, os.path.join(config_dir, REMOTE)) if config_dir else None
    if remote is not None and (remote.problem or remote.env or remote.keys or _says_anything(remote.path)):
        return [remote]
    for path in places.lists:
        if os.path.lexists(path):
            layer = Layer(MANAGED, path)
            layer.problem = "is a property list, which ctx does not read"
            return [layer]
    machine = _registry("HKEY_LOCAL_MACHINE") if places.registry else None
    files = [machine] if machine else _managed_files(places.folder)
    user = _registry("HKEY_CURRENT_USER") if places.registry and not files else None
    return [*files, user]


def _says_anything(path: str) -> bool:
    try:
        return bool(read_object(path, LIMIT)[0])
    except (FileNotFoundError, UnusableError):
        return False


def _managed_files(folder: str) -> list[Layer | None]:
    """`managed-settings.json`, and over it the files of `managed-settings.d`, of which the last by name counts most."""
    pieces = os.path.join(folder, "managed-settings.d")
    try:
        names = sorted(name for name in os.listdir(pieces) if name.endswith(".json") and not name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        names = []
    except OSError as error:
        layer = Layer(MANAGED, pieces)
        layer.problem = f"cannot be read: {(error.strerror or 'unknown reason').lower()}"
        return [layer, read_layer(MANAGED, os.path.join(folder, "managed-settings.json"))]
    paths = [os.path.join(pieces, name) for name in reversed(names)]
    paths.append(os.path.join(folder, "managed-settings.json"))
    return [layer for layer in (read_layer(MANAGED, path) for path in paths) if layer is not None]


def _registry(hive: str) -> Layer | None:
    """The value Settings of the policy key in the Windows registry."""
    if sys.platform != "win32":
        return None
    import winreg

    key = r"SOFTWARE\Policies\ClaudeCode"
    layer = Layer(MANAGED, rf"{hive}\{key}\Settings")
    try:
        with winreg.OpenKey(getattr(winreg, hive), key) as opened:
            text = str(winreg.QueryValueEx(opened, "Settings")[0])
        fill(layer, parsed(text), text)
    except FileNotFoundError:
        return None
    except OSError:
        layer.problem = "cannot be read"
    except UnusableError as error:
        layer.problem = str(error)
    return layer
