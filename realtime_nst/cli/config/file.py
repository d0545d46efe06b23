"""Find, read and check the configuration file."""

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from realtime_nst.cache_folder import config_folder
from realtime_nst.cli.option_aliases import normalize_option
from realtime_nst.errors import ConfigError

NAME = "realtime-nst.toml"
PRESETS = "presets"
"""Table of a command with the user's presets."""
STYLIZING = ("webcam", "video", "image")
"""Commands that the keys at the top of the file apply to."""
NOT_HERE = frozenset({"help", "version", "config", "save-preset"})
"""Options that make no sense as defaults."""
Table = Mapping[str, Any]


def default_path() -> Path:
    """Return the path of the file in the user's configuration folder."""
    return config_folder() / NAME


def read(path: Path, *, needed: bool) -> dict[str, Any]:
    """Return the contents of the file; a missing one is empty unless it is needed.

    Raises:
        ConfigError: it cannot be read, or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not needed:
            return {}
        raise ConfigError(f"cannot read {path}: there is no such file", "check --config") from None
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}", "check its rights") from error
    except ValueError as error:
        hint = 'values look like: style = "udnie"  or: crf = 20'
        raise ConfigError(f"cannot read {path}: {error}", hint) from error


def options_of(command: Any) -> dict[str, Any]:
    """Return the options of a command by the names that they have in the file."""
    found = {
        flag.removeprefix("--"): parameter
        for parameter in command.params
        if parameter.param_type_name == "option"
        for flag in parameter.opts
        if flag.startswith("--")
    }
    return {name: option for name, option in found.items() if name not in NOT_HERE}


def key_of(name: str) -> str:
    """Return the name of an option for a key, which may have underscores or an old spelling."""
    return normalize_option(name.replace("_", "-"))


def check(path: Path, data: Table, root: Any) -> None:
    """Check that every key is a command or an option.

    Raises:
        ConfigError: one is not; the hint names what it may have meant.
    """
    top = {name for each in STYLIZING for name in options_of(root.commands[each])}
    _check_table(path, "", {**data}, top, root.commands)


def _check_table(
    path: Path, place: str, table: Table, options: Iterable[str], commands: Mapping[str, Any]
) -> None:
    for key, value in table.items():
        where = f"{place}.{key}" if place else key
        if isinstance(value, dict) and key in commands:
            command = commands[key]
            inner = getattr(command, "commands", {})
            _check_table(path, where, value, options_of(command), inner)
        elif isinstance(value, dict) and key == PRESETS and place:
            for name, preset in value.items():
                _check_table(path, f"{where}.{name}", preset, {*options} - {"preset"}, {})
        elif isinstance(value, dict) or key_of(key) not in set(options):
            raise _unknown(path, where, key, [*options, *commands])


def _unknown(path: Path, where: str, key: str, known: list[str]) -> ConfigError:
    close = get_close_matches(key_of(key), known, 2)
    hint = f"did you mean {' or '.join(close)}?" if close else "realtime-nst config show COMMAND"
    return ConfigError(f"cannot use {where} in {path}: there is no such option or command", hint)
