"""Settings in comments and in XMP packets."""

import pytest

from realtime_nst.provenance import from_comment, from_json, from_xmp, to_comment, to_xmp

SETTINGS = {"realtime-nst": "0.1.0", "style": 'a:0.6,"b" & <c>', "model": "0123 4567"}
OTHER = {"style": "udnie"}
PHOTO_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf'
    b'-syntax-ns#"><r:Description r:about="" xmlns:dc="dc" dc:creator="A"/></r:RDF></x:xmpmeta>'
)


@pytest.mark.parametrize("comment", ["", "My holiday", "two\nlines"])
def test_comment_keeps_its_text_and_the_last_settings(comment: str) -> None:
    once = to_comment(comment, OTHER)
    again = to_comment(once, SETTINGS)
    assert from_comment(once) == OTHER
    assert from_comment(again) == SETTINGS
    assert again.splitlines()[:-1] == comment.splitlines()


@pytest.mark.parametrize("comment", ["", "text", "realtime-nst: {broken", "realtime-nst: [1]"])
def test_comment_without_settings(comment: str) -> None:
    assert from_comment(comment) == {}


def test_json_of_gatys() -> None:
    assert from_json('{"content": "a.jpg", "steps": 3, "result": {}}') == {
        "content": "a.jpg",
        "steps": "3",
    }


@pytest.mark.parametrize("xmp", [b"", PHOTO_XMP])
def test_xmp_keeps_other_properties_and_the_last_settings(xmp: bytes) -> None:
    once = to_xmp(xmp, OTHER)
    again = to_xmp(once, SETTINGS)
    assert from_xmp(once) == OTHER
    assert from_xmp(again) == SETTINGS
    assert (b'dc:creator="A"' in again) == bool(xmp)


def test_xmp_is_well_formed() -> None:
    from xml.etree import ElementTree

    for packet in (to_xmp(b"", SETTINGS), to_xmp(PHOTO_XMP, SETTINGS)):
        root = ElementTree.fromstring(packet)
        values = [each.get("{urn:realtime-nst}style") for each in root.iter()]
        assert SETTINGS["style"] in values


def test_xmp_in_another_encoding_is_unchanged() -> None:
    packet = PHOTO_XMP.decode().encode("utf-16")
    assert to_xmp(packet, SETTINGS) == packet
    assert from_xmp(packet) == {}
