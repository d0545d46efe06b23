"""What happens before and after click parses a command line: defaults, presets, globals."""

import os
from collections.abc import Mapping
from typing import Any

import typer

from realtime_nst.cli import global_options
from realtime_nst.cli.config import defaults, file, presets
from realtime_nst.cli.messages import say

COMPLETING = "_REALTIME_NST_COMPLETE"
"""Environment variable by which a shell asks for completions."""
USAGE_ERROR: Any = typer.BadParameter.__mro__[1]
"""The error of a command line that cannot be parsed; typer exports only its kinds."""
NOT_SAVED = frozenset({"output", "preset", "save-preset", "config"})
"""Options that belong to one run and not to a preset."""


def before(command: Any, ctx: Any, args: list[str]) -> Mapping[str, Any]:
    """Set defaults from the configuration file; return the options given, not converted yet."""
    if os.environ.get(COMPLETING):
        return {}
    try:
        given, *_ = command.make_parser(ctx).parse_args(list(args))
    except USAGE_ERROR:  # the real parsing reports it
        return {}
    if given.get("config"):
        ctx.meta["config"] = given["config"]
    names = defaults.command_names(ctx)
    if names and names[0] != "config" and not given.get("help"):
        defaults.apply(ctx, command, given)
    return dict(given)


def after(command: Any, ctx: Any, given: Mapping[str, Any], own: frozenset[str]) -> None:
    """Apply the global options, and save a preset."""
    if ctx.resilient_parsing:  # nothing takes effect
        return
    global_options.apply(ctx, own)
    if name := given.get("save_preset"):
        _save(command, ctx, given, name)


def _save(command: Any, ctx: Any, given: Mapping[str, Any], name: str) -> None:
    path, data = defaults.load(ctx)
    (place,) = defaults.command_names(ctx)
    based = presets.find_preset(place, given["preset"], data) if given.get("preset") else {}
    chosen = {
        key: given[option.name]
        for key, option in file.options_of(command).items()
        if option.name in given and key not in NOT_SAVED and option.name not in global_options.NAMES
    }
    presets.save_preset(path, place, name, {**based, **chosen})
    say(f"saved: --preset {name}, in {path}")
    if not given.get("sources") and not given.get("result"):
        raise typer.Exit
