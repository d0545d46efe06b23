"""Settings that made a file, stored in the file: in a video's comment, and in an image's XMP."""

import json
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, unescape

MARK = "realtime-nst: "
"""Beginning of the line in a comment that holds the settings."""
NAMESPACE = 'xmlns:nst="urn:realtime-nst"'
DESCRIPTION = re.compile(rf"<\w+:Description\b[^<>]*{NAMESPACE}[^<>]*/>".encode())
"""The element of an XMP packet that holds the settings."""
ATTRIBUTE = re.compile(rb'nst:([\w.-]+)="([^"<>]*)"')
RDF_END = re.compile(rb"</(\w+):RDF\s*>")
PACKET = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF>'
    b'</x:xmpmeta><?xpacket end="w"?>'
)
"""An empty XMP packet."""
QUOTE = {'"': "&quot;"}


def without_folders(style: str) -> str:
    r"""Return a style without the folders of a model's or an image's path, which are private.

    >>> without_folders("/home/me/my models/sunset.onnx:0.5")
    'sunset.onnx:0.5'
    """
    return re.sub(r"^.*[/\\]", "", style)


def to_comment(comment: str, settings: Mapping[str, str]) -> str:
    r"""Return a comment with the settings as its last line, instead of earlier ones.

    >>> to_comment("My holiday", {"style": "udnie"})
    'My holiday\nrealtime-nst: {"style": "udnie"}'
    """
    kept = [line for line in comment.splitlines() if not line.startswith(MARK)]
    return "\n".join([*kept, MARK + json.dumps(dict(settings), ensure_ascii=False)])


def from_comment(comment: str) -> dict[str, str]:
    """Return the settings in a comment; empty if there are none."""
    lines = (line for line in comment.splitlines() if line.startswith(MARK))
    return from_json(next(lines, "").removeprefix(MARK))


def from_json(text: str) -> dict[str, str]:
    """Return the texts and numbers of a JSON object; empty if it is none."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {name: str(value) for name, value in pairs if isinstance(value, str | int | float)}


def to_xmp(xmp: bytes, settings: Mapping[str, str]) -> bytes:
    """Return an XMP packet with the settings, instead of earlier ones.

    A packet in another encoding than UTF-8 is returned unchanged.
    """
    kept = DESCRIPTION.sub(b"", xmp) or PACKET
    end = RDF_END.search(kept)
    if end is None:
        return xmp
    rdf = end[1].decode()
    pairs = " ".join(
        f'nst:{re.sub(r"[^a-zA-Z0-9.-]", "-", name)}="{escape(value, QUOTE)}"'
        for name, value in settings.items()
    )
    element = f'<{rdf}:Description {rdf}:about="" {NAMESPACE} {pairs}/>'
    return kept[: end.start()] + element.encode() + kept[end.start() :]


def from_xmp(data: bytes) -> dict[str, str]:
    """Return the settings in an XMP packet, or in a file with one; empty if there are none."""
    element = DESCRIPTION.search(data)
    if element is None:
        return {}
    return {
        name.decode(): unescape(value.decode("utf-8", "replace"), {"&quot;": '"'})
        for name, value in ATTRIBUTE.findall(element[0])
    }
