"""The connection of a service: the address as it is typed, the token, the news of a test."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from depthstudio.core.errors import ServiceUnavailable
from depthstudio.providers.base import Health, Secret
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.ui.inspector.secret_field import SecretField
from depthstudio.ui.inspector.server_field import ServerField
from depthstudio.ui.inspector.service_box import ServiceBox
from depthstudio.ui.inspector.service_line import endpoint_label
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.labels import ToneLabel
from tests.support.space_provider import Space


@pytest.fixture
def box(qtbot: QtBot, theme: Theme, icons: Icons) -> Iterator[ServiceBox]:
    box = ServiceBox(theme, icons, Space.info)
    qtbot.addWidget(box)
    box.resize(320, 400)
    with qtbot.waitExposed(box):
        box.show()
    yield box
    box.hide()


@pytest.fixture
def server(box: ServiceBox) -> ServerField:
    return box.server("space")


def line_of(widget: QWidget) -> QLineEdit:
    return widget.findChildren(QLineEdit)[0]


def button(widget: QWidget, text: str) -> QPushButton:
    return next(b for b in widget.findChildren(QPushButton) if b.text() == text)


def said(widget: QWidget) -> list[str]:
    """Every word that can be seen."""
    labels = widget.findChildren(ToneLabel)
    return [label.text() for label in labels if label.isVisible() and label.text()]


def retype(field: ServerField, text: str) -> None:
    line = line_of(field)
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClicks(line, text)


def test_an_empty_line_is_the_providers_own_server(box: ServiceBox, server: ServerField) -> None:
    assert line_of(server).placeholderText() == "owner/name"
    assert box.endpoints() == {}
    retype(server, "owner/name")
    assert box.endpoints() == {}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("other/space", "other/space"),
        ("https://huggingface.co/spaces/other/space", "other/space"),
        ("https://other-space.hf.space", "https://other-space.hf.space"),
        ("http://127.0.0.1:7860", "http://127.0.0.1:7860"),
    ],
)
def test_an_address_holds_as_soon_as_it_is_one(
    qtbot: QtBot, box: ServiceBox, server: ServerField, text: str, address: str
) -> None:
    with qtbot.waitSignal(box.endpoints_changed):
        retype(server, text)
    assert box.endpoints() == {"space": address}
    assert (server.error(), box.wrong_server()) == ("", "")


def test_what_is_no_address_says_so_and_the_last_one_is_kept(
    box: ServiceBox, server: ServerField
) -> None:
    box.set_endpoints({"space": "other/space"})
    QTest.keyClicks(line_of(server), " x")
    assert box.wrong_server() == "Server"
    assert "other/space x is not an address. Write OWNER/NAME of a Space, or https://HOST" in said(
        server
    )
    assert box.endpoints() == {"space": "other/space"}
    retype(server, "")
    assert (box.wrong_server(), box.endpoints()) == ("", {})


def test_sending_in_the_clear_is_asked_about_in_its_place(
    qtbot: QtBot, box: ServiceBox, server: ServerField
) -> None:
    retype(server, "http://farm.test:7860")
    assert sorted(said(server)) == ["Send without encryption to farm.test?", "Server"]
    assert (box.wrong_server(), box.endpoints()) == ("Server", {})
    allowed: list[str] = []
    box.host_allowed.connect(allowed.append)
    with qtbot.waitSignal(box.endpoints_changed):
        qtbot.mouseClick(button(server, "Allow"), Qt.MouseButton.LeftButton)
    assert allowed == ["farm.test"]
    assert box.endpoints() == {"space": "http://farm.test:7860"}
    assert not button(server, "Allow").isVisible()
    retype(server, "http://farm.test:7861")
    assert box.wrong_server() == ""


def test_a_host_that_was_allowed_before_is_not_asked_about_again(
    box: ServiceBox, server: ServerField
) -> None:
    box.set_plain_hosts(["farm.test"])
    box.set_endpoints({"space": "http://farm.test"})
    assert box.endpoints() == {"space": "http://farm.test"}
    assert box.wrong_server() == ""


def test_servers_that_were_met_can_be_chosen_again(
    qtbot: QtBot, box: ServiceBox, server: ServerField
) -> None:
    met = [{"space": "a/b", "hub": "x"}, {"space": "owner/name"}, {"space": "a/b"}]
    box.set_recent(met)
    assert server.choices() == ["owner/name", "a/b"]
    QTest.keyClick(line_of(server), Qt.Key.Key_Down)
    (menu,) = server.findChildren(QMenu)
    assert [action.text() for action in menu.actions()] == server.choices()
    menu.actions()[1].trigger()
    menu.close()
    assert box.endpoints() == {"space": "a/b"}
    back = server.tab_stops()[2]
    assert back.isEnabled()
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    assert box.endpoints() == {}
    assert not back.isEnabled()


def test_a_second_address_shows_where_it_is_not_the_usual_one(box: ServiceBox) -> None:
    assert not box.server("hub").isVisible()
    box.set_endpoints({"hub": "https://hub.test"})
    assert box.server("hub").isVisible()
    assert box.endpoints() == {"hub": "https://hub.test"}


def test_a_token_is_taken_and_nothing_of_it_stays(qtbot: QtBot, box: ServiceBox) -> None:
    box.show_secret("hf_token", SecretOrigin.ABSENT)
    field = box.secret("hf_token")
    assert "None: anonymous quota" in said(field)
    line = line_of(field)
    assert line.echoMode() is QLineEdit.EchoMode.Password
    QTest.keyClicks(line, " hf_abc ")
    with qtbot.waitSignal(box.secret_given) as heard:
        qtbot.mouseClick(button(field, "Use for this session"), Qt.MouseButton.LeftButton)
    assert heard.args == ["hf_token", "hf_abc"]
    assert line.text() == ""
    line.undo()
    assert line.text() == ""
    box.show_secret("hf_token", SecretOrigin.SESSION)
    assert said(field) == ["HF token: Given for this session"]
    with qtbot.waitSignal(box.secret_given) as heard:
        qtbot.mouseClick(button(field, "Forget"), Qt.MouseButton.LeftButton)
    assert heard.args == ["hf_token", ""]


def test_a_token_of_the_environment_cannot_be_changed_here(box: ServiceBox) -> None:
    box.show_secret("hf_token", SecretOrigin.ENVIRONMENT)
    field = box.secret("hf_token")
    assert said(field) == ["HF token: From HF_TOKEN_OF_TESTS"]
    assert not line_of(field).isVisible()


def test_a_key_without_which_nothing_runs_is_missed(
    qtbot: QtBot, theme: Theme, icons: Icons
) -> None:
    field = SecretField(theme, Secret("key", "API key", is_needed=True))
    qtbot.addWidget(field)
    field.show_origin(SecretOrigin.ABSENT)
    assert (field.words().text, field.words().tone) == ("Missing: nothing runs without it", "held")


def test_the_test_says_how_it_went(qtbot: QtBot, box: ServiceBox) -> None:
    test = box.test
    with qtbot.waitSignal(test.asked):
        qtbot.mouseClick(test.button, Qt.MouseButton.LeftButton)
    test.show_busy()
    assert (test.is_busy, test.button.text(), said(test)) == (True, "Cancel", ["Testing…"])
    with qtbot.waitSignal(test.cancelled):
        qtbot.mouseClick(test.button, Qt.MouseButton.LeftButton)
    test.show_health(Health(ok=True, message="Works", latency_s=0.2141))
    assert (test.is_busy, said(test)) == (False, ["Works · 214 ms"])
    test.show_health(Health(ok=True, message="28 functions"))
    assert said(test) == ["Works", "28 functions"]
    test.show_health(Health(ok=False, message="Paused by its owner"))
    assert said(test) == ["Failed", "Paused by its owner"]
    test.show_trouble(ServiceUnavailable("Nobody there", hint="Try later"))
    assert said(test) == ["Failed", "Nobody there. Try later"]
    test.clear()
    assert (said(test), test.button.text()) == ([], "Test connection")


def test_folded_its_head_says_how_it_went(box: ServiceBox) -> None:
    box.test.show_health(Health(ok=True, message="Works"))
    assert box.head.summary() == ""
    box.head.setChecked(False)
    assert box.head.summary() == "Works"
    assert not box.test.isVisible()


def test_it_fits_the_narrowest_dock_with_its_longest_words(box: ServiceBox) -> None:
    box.set_endpoints({"space": "http://a-render-farm.with-a-very-long-name.example:7860"})
    box.show_secret("hf_token", SecretOrigin.ABSENT)
    box.test.show_trouble(ServiceUnavailable("Nobody there at all", hint="Try again later"))
    assert box.minimumSizeHint().width() <= 320


@pytest.mark.parametrize(
    ("name", "label"),
    [("rest", "REST"), ("fal-cdn", "Fal CDN"), ("get_path", "Get path"), ("hub", "Hub")],
)
def test_the_name_of_an_endpoint_reads_as_a_label(name: str, label: str) -> None:
    assert endpoint_label(name) == label
