"""Remote control of a live session: HTTP, OSC, MIDI, presets and the show."""
