"""Apply the verbs of remote controls and keys to a session."""

from collections.abc import Callable, Mapping, Sequence

from realtime_nst.errors import SinkError
from realtime_nst.live.control import values
from realtime_nst.live.control.presets import Presets
from realtime_nst.live.control.values import Kind, Value
from realtime_nst.live.control.verbs import BY_NAME, VERBS, Verb
from realtime_nst.live.settings import LiveControls, LiveSettings
from realtime_nst.stages import no_op

SAVE_KEY = "w"
"""Key that makes the next preset key save instead of recall."""
PRESET_KEYS = {f"F{number}": number for number in range(1, values.SLOTS + 1)}


class RemoteControl:
    """Applies verbs to a session; may be used on any thread.

    Args:
        controls: the settings to change.
        styles: names of the open styles.
        presets: saved looks.
        notify: shows a message to the user.
    """

    def __init__(
        self,
        controls: LiveControls,
        styles: Sequence[str],
        presets: Presets,
        notify: Callable[[str], None] = no_op,
    ) -> None:
        self.controls, self.styles, self.presets = controls, styles, presets
        self.notify = notify
        self._is_saving = False
        self._applied: tuple[str, Value] | None = None

    def apply(self, name: str, value: Value = None) -> None:
        """Set a value, or carry out an action, which needs none.

        Raises:
            ValueError: there is no such verb, or the value is not one of it.
            SinkError: a preset cannot be saved.
        """
        self.apply_all({name: value})

    def apply_all(self, wanted: Mapping[str, Value]) -> None:
        """Set several values at once, or none if one of them is wrong.

        Raises:
            ValueError: there is no such verb, or a value is not one of it.
            SinkError: a preset cannot be saved.
        """
        for name in wanted:
            if name not in BY_NAME:
                raise ValueError(f"cannot set {name}: it is none of {', '.join(BY_NAME)}")
        named = [verb for verb in VERBS if verb.name in wanted]
        parsed = [(verb, self._parse(verb, wanted[verb.name])) for verb in named]
        self.controls.change(lambda settings: _merge(settings, parsed))
        for verb, value in parsed:
            if verb.kind is Kind.SLOT:
                self._use_preset(verb, int(value))
        if named:
            self._applied = named[-1].name, wanted[named[-1].name]

    def take_applied(self) -> tuple[str, Value] | None:
        """Return the verb that was applied last and its value; None if there is no new one."""
        applied, self._applied = self._applied, None
        return applied

    def choices(self, verb: Verb) -> Sequence[Value]:
        """Return the styles, presets or words that a verb chooses from."""
        if verb.kind is Kind.STYLE:
            return self.styles
        return verb.choices or range(1, values.SLOTS + 1)

    def values(self) -> dict[str, float | bool | str]:
        """Return the present value of every setting; that of ``style`` is its name."""
        settings = self.controls.settings
        found = {verb.name: verb.read(settings) for verb in VERBS if verb.read}
        return {**found, "style": self.styles[settings.style]}

    def key(self, key: str) -> None:
        """Handle a key for presets; others are ignored."""
        if key == SAVE_KEY:
            self._is_saving = True
            self.notify(f"press F1 to F{values.SLOTS} to save this look")
        elif key in PRESET_KEYS:
            verb = "save-preset" if self._is_saving else "preset"
            self._is_saving = False
            self.try_to_apply(verb, PRESET_KEYS[key])

    def try_to_apply(self, name: str, value: Value = None) -> None:
        """Apply a verb; an error is shown to the user."""
        try:
            self.apply(name, value)
        except (ValueError, SinkError) as error:
            self.notify(str(error))

    def _parse(self, verb: Verb, value: Value) -> float | bool | str:
        try:
            match verb.kind:
                case Kind.NUMBER:
                    return values.parse_number(value, verb.low, verb.high)
                case Kind.SWITCH:
                    present = verb.read is not None and verb.read(self.controls.settings)
                    return values.parse_switch(value, bool(present))
                case Kind.STYLE:
                    return values.parse_style(value, self.styles)
                case Kind.CHOICE:
                    return values.parse_choice(value, verb.choices)
                case Kind.SLOT:
                    return values.parse_slot(value)
                case Kind.TRIGGER:
                    return True
        except ValueError as error:
            raise ValueError(f"cannot set {verb.name}: {error}") from None

    def _use_preset(self, verb: Verb, slot: int) -> None:
        if verb.name == "preset":
            self.apply_all({k: v for k, v in self.presets.get(slot).items() if k in BY_NAME})
            self.notify(f"preset {slot}")
        else:
            present = self.values()
            look = {each.name: present[each.name] for each in VERBS if each.in_preset}
            self.presets.save(slot, look)
            self.notify(f"saved as preset {slot}")


def _merge(
    settings: LiveSettings, parsed: Sequence[tuple[Verb, float | bool | str]]
) -> LiveSettings:
    for verb, value in parsed:
        if verb.change:
            settings = verb.change(settings, value)
    return settings
