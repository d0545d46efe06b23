"""The user's configuration file and presets: defaults of options."""
