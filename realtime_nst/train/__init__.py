"""Everything that needs torch: networks, losses, training, export. Installed by ``[train]``."""
