"""Titles, languages and the like, on their way from one kind of file into another."""

from collections.abc import Iterable

from realtime_nst.pyav import readable

OWN_TAGS = frozenset(("major_brand", "minor_version", "compatible_brands", "encoder", "rotate"))
"""What is true of the input file only, not of its content."""
QUICKTIME = {
    **{"fre": "fra", "deu": "ger", "nld": "dut", "swe": "sve", "zho": "chi", "ell": "gre"},
    **{"isl": "ice", "rum": "ron", "cze": "ces", "slo": "slk", "sqi": "alb", "mkd": "mac"},
    **{"hye": "arm", "kat": "geo", "bod": "tib"},
}
"""Languages, where FFmpeg's list for QuickTime has another name for them than others have."""
TITLED = frozenset(
    (
        *("title", "artist", "album_artist", "composer", "album", "date", "comment", "genre"),
        *("copyright", "grouping", "lyrics", "description", "synopsis", "show", "episode_id"),
        *("network", "keywords", "episode_sort", "season_number", "media_type", "hd_video"),
        *("gapless_playback", "compilation", "track", "disc", "location", "creation_time"),
        *("encoding_tool", "language", "handler_name", "vendor_id", "timecode"),
    )
)
"""Tags that FFmpeg writes into MP4 and QuickTime files; it drops all others."""


def tags_of(metadata: dict[str, str]) -> dict[str, str]:
    """Without what the next muxer writes itself, such as Matroska's statistics; readable."""
    own = {name for name in metadata if name.lower() in OWN_TAGS or name.startswith("_STATISTICS")}
    counted = {"BPS", "DURATION", "NUMBER_OF_FRAMES", "NUMBER_OF_BYTES"}
    kept = {name: text for name, text in metadata.items() if name not in own | counted}
    return {readable(name): readable(text) for name, text in kept.items()}


def dropped(muxer: str, names: Iterable[str]) -> list[str]:
    """Those that FFmpeg will not write into a file of a kind."""
    lost = sorted(name for name in names if name.lower() not in TITLED)
    return lost if muxer in ("mp4", "mov") else []
