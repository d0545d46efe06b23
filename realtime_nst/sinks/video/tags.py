"""Convert metadata tags, such as titles and languages, between file formats."""

from collections.abc import Iterable, Mapping, MutableMapping

from realtime_nst.provenance import to_comment
from realtime_nst.pyav import readable

OWN_TAGS = frozenset(("major_brand", "minor_version", "compatible_brands", "encoder", "rotate"))
"""Tags that describe the input file, not its content."""
COMMENT = "comment"
QUICKTIME = {
    **{"fre": "fra", "deu": "ger", "nld": "dut", "swe": "sve", "zho": "chi", "ell": "gre"},
    **{"isl": "ice", "rum": "ron", "cze": "ces", "slo": "slk", "sqi": "alb", "mkd": "mac"},
    **{"hye": "arm", "kat": "geo", "bod": "tib"},
}
"""Language codes that FFmpeg names differently for QuickTime than elsewhere."""
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
    """Return printable tags, without those that muxers write, such as Matroska's statistics."""
    own = {name for name in metadata if name.lower() in OWN_TAGS or name.startswith("_STATISTICS")}
    counted = {"BPS", "DURATION", "NUMBER_OF_FRAMES", "NUMBER_OF_BYTES"}
    kept = {name: text for name, text in metadata.items() if name not in own | counted}
    return {readable(name): readable(text) for name, text in kept.items()}


def dropped(muxer: str, names: Iterable[str]) -> list[str]:
    """Return the tags that FFmpeg does not write with a muxer."""
    lost = sorted(name for name in names if name.lower() not in TITLED)
    return lost if muxer in ("mp4", "mov") else []


def store_settings(tags: MutableMapping[str, str], settings: Mapping[str, str]) -> None:
    """Store the settings of a conversion in a file's comment, which most formats have."""
    if settings:
        name = next((name for name in tags if name.lower() == COMMENT), COMMENT)
        tags[name] = to_comment(tags.get(name, ""), settings)
