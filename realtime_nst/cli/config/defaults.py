"""Give the options of a command the defaults of the configuration file and of a preset."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from realtime_nst.cli.config import file, presets
from realtime_nst.errors import ConfigError

META = __name__
ALIASES = {"live": "webcam"}
"""Commands with two names share a table."""


def command_names(ctx: Any) -> list[str]:
    """Return the names of a command and its groups, without the program's."""
    names: list[str] = []
    while ctx.parent is not None:
        names.insert(0, ALIASES.get(ctx.info_name, ctx.info_name))
        ctx = ctx.parent
    return names


def apply(ctx: Any, command: Any, given: Mapping[str, Any]) -> None:
    """Set the defaults of the options of a command.

    Args:
        ctx: click's context.
        command: click's command.
        given: options of the command line, before they are converted.

    Raises:
        ConfigError: the file or the preset has a mistake.
    """
    if given.get("config"):
        ctx.meta["config"] = given["config"]
    path, data = load(ctx)
    root = ctx.find_root().command
    file.check(path, data, root)
    names = command_names(ctx)
    table: Mapping[str, Any] = data
    for name in names:
        table = table.get(name, {})
    options, defaults, sources = file.options_of(command), {}, {}
    top = _top(data, options, names)
    preset = given.get("preset") or table.get("preset") or top.get("preset")
    layers = [(f"{path}", top), (f"{path}", table)]
    if preset and "preset" in options:
        layers.append((f"preset {preset}", presets.find_preset(names[0], preset, data)))
    for source, values in layers:
        for key, value in values.items():
            if option := options.get(file.key_of(key)):
                defaults[option.name] = _converted(option, key, value, source)
                sources[option.name] = source
    ctx.default_map, ctx.meta[META], ctx.meta["preset"] = defaults, sources, preset


def load(ctx: Any) -> tuple[Path, dict[str, Any]]:
    """Return the path and the contents of the configuration file of a run."""
    own = ctx.meta.get("config")
    path = Path(own) if own else file.default_path()
    return path, file.read(path, needed=bool(own))


def source_of(ctx: Any, name: str) -> str:
    """Return where the value of an option comes from."""
    source = ctx.get_parameter_source(name)
    kind = source.name if source else "DEFAULT"
    names = {"COMMANDLINE": "command line", "ENVIRONMENT": "environment", "DEFAULT": "default"}
    return names.get(kind) or str(ctx.meta.get(META, {}).get(name, "default"))


def explain(ctx: Any, error: typer.BadParameter) -> Exception:
    """Return the error of a value that may come from the configuration file."""
    name = getattr(error.param, "name", "")
    source = ctx.meta.get(META, {}).get(name)
    if not source or source_of(ctx, name) == "command line":
        return error
    return ConfigError(
        f"cannot use {name} of {source}: {error.message}", "realtime-nst config path"
    )


def _top(data: Mapping[str, Any], options: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """Return the keys at the top of the file that apply to a command."""
    from realtime_nst.cli.global_options import NAMES

    stylizes = len(names) == 1 and names[0] in file.STYLIZING
    return {
        key: value
        for key, value in data.items()
        if not isinstance(value, dict)
        and (option := options.get(file.key_of(key)))
        and (stylizes or option.name in NAMES)
    }


def _converted(option: Any, key: str, value: Any, source: str) -> Any:
    """Return a value as the command line would give it."""
    values = value if isinstance(value, list) else [value]
    plain = all(isinstance(each, (str, int, float)) for each in values)
    if option.is_flag != isinstance(value, bool) or not plain:
        wanted = "true or false" if option.is_flag else "text or a number"
        raise ConfigError(f"cannot use {key} of {source}: it is not {wanted}", f"edit {source}")
    if option.is_flag:
        return value
    if isinstance(value, list) and not option.multiple:
        raise ConfigError(f"cannot use {key} of {source}: it is a list", "give a single value")
    return [str(each) for each in values] if option.multiple else str(value)
