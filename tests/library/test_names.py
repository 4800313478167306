import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthstudio.library.names import folded, free_name, is_result_id, name_trouble


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        ".hidden",
        "a/b",
        "a\\b",
        "../scene.glb",
        "/etc/passwd",
        "C:scene.glb",
        "what?",
        "tab\there",
        "trailing.",
        "trailing ",
        "con",
        "NUL.txt",
        "Com1.glb",
        "lpt¹",
        "manifest.json",
        "Annotations.JSON",
        "x" * 121,
        "\ud800.glb",
    ],
)
def test_a_name_that_could_do_harm_is_refused_with_the_reason(name: str) -> None:
    assert name_trouble(name)


@pytest.mark.parametrize("name", ["scene.glb", "Ärger – 2.png", "console.log", "x" * 120, "a.b.c"])
def test_a_plain_name_is_accepted(name: str) -> None:
    assert name_trouble(name) == ""


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=20), max_size=5))
def test_whatever_is_wanted_the_name_given_is_harmless_and_free(
    wanted: str, others: list[str]
) -> None:
    taken = {folded(name) for name in [*others, wanted]}
    name = free_name(wanted, taken)
    assert name_trouble(name) == ""
    assert folded(name) not in taken


@pytest.mark.parametrize(
    ("wanted", "given_name"),
    [
        ("scene.glb", "scene.glb"),
        ("../scene.glb", "_scene.glb"),
        ("manifest.json", "manifest-2.json"),
        ("aux.png", "_aux.png"),
        ("...", "file"),
        ("x" * 200 + ".glb", "x" * 96 + ".glb"),
    ],
)
def test_a_wanted_name_is_kept_as_far_as_it_is_harmless(wanted: str, given_name: str) -> None:
    assert free_name(wanted, set()) == given_name


def test_names_that_differ_only_in_case_are_told_apart_by_a_number() -> None:
    assert free_name("Scene.glb", {"scene.glb", "scene-2.glb"}) == "Scene-3.glb"


@pytest.mark.parametrize("text", ["", "short", "../../x", "20251121/1", "-20251121", "é" * 8])
def test_an_id_that_could_lead_elsewhere_is_none(text: str) -> None:
    assert not is_result_id(text)
    assert is_result_id("20251121-110100-0123456789")
