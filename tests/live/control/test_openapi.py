"""The description has every verb, with what it takes."""

from realtime_nst.live.control.openapi import STATE, describe
from realtime_nst.live.control.verbs import VERBS


def test_every_verb_has_a_path_and_a_summary() -> None:
    paths = describe(["a", "b"])["paths"]
    assert paths.keys() == {STATE, *(f"/api/{verb.name}" for verb in VERBS)}
    for verb in VERBS:
        operation = paths[f"/api/{verb.name}"]["post" if verb.is_action else "put"]
        assert operation["summary"].endswith(".")
        assert operation["operationId"] == verb.name


def test_the_state_takes_every_setting() -> None:
    content = describe(["a", "b"])["paths"][STATE]["put"]["requestBody"]["content"]
    properties = content["application/json"]["schema"]["properties"]
    assert properties.keys() == {verb.name for verb in VERBS if not verb.is_action}
    assert properties["style"]["anyOf"][0] == {"enum": ["a", "b"]}
    assert properties["blend"]["maximum"] == 0.99
