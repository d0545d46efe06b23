"""Color statistics of style images: palette maps, Oklab, optimal transport and texture."""
