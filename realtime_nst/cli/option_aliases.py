"""Accept options in the spellings they had before, and in British ones."""

RENAMED = {
    "stabilise": "stabilize",
    "keep-colours": "keep-colors",
    "keep-colour": "keep-colors",
    "keep-color": "keep-colors",
}
"""Old and new names of options, without dashes; only the new ones are shown."""


def normalize_option(name: str) -> str:
    """Return the present name of an option; fits ``token_normalize_func`` of a context."""
    return RENAMED.get(name, name)
