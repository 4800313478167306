"""A service of which nobody knows the address: what the user can say of it, and what is said."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from depthstudio.core.param_reconcile import reconciled
from depthstudio.core.param_schema import schema_of
from depthstudio.providers.builtin.tengr_depth_map import TengrDepthMap, TengrParams
from depthstudio.ui.inspector.entries import entry_of
from depthstudio.ui.inspector.form import ParamForm
from depthstudio.ui.inspector.server_field import ServerField
from depthstudio.ui.inspector.service_box import ServiceBox
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme


@pytest.fixture
def box(qtbot: QtBot, theme: Theme, icons: Icons) -> Iterator[ServiceBox]:
    box = ServiceBox(theme, icons, TengrDepthMap.info)
    qtbot.addWidget(box)
    box.resize(320, 600)
    with qtbot.waitExposed(box):
        box.show()
    yield box
    box.hide()


def line_of(field: ServerField) -> QLineEdit:
    return field.findChildren(QLineEdit)[0]


def retype(field: ServerField, text: str) -> None:
    line = line_of(field)
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClicks(line, text)


def test_a_server_nobody_knows_is_asked_for(qtbot: QtBot, box: ServiceBox) -> None:
    server = box.server("api")
    assert (server.isVisible(), line_of(server).placeholderText()) == (True, "https://…")
    assert (server.choices(), box.endpoints(), box.wrong_server()) == ([], {}, "")

    with qtbot.waitSignal(box.endpoints_changed):
        retype(server, "https://api.example.com")

    assert box.endpoints() == {"api": "https://api.example.com"}
    box.set_recent([{"api": "https://old.example.com"}])
    assert server.choices() == ["https://old.example.com"]


def test_the_wiring_is_folded_until_it_is_wanted(box: ServiceBox) -> None:
    path = box.server("create_path")
    assert not path.isVisible()

    box.set_endpoints({"create_path": "/api/depth"})

    assert path.isVisible()
    assert line_of(path).text() == "/api/depth"
    assert line_of(box.server("get_path")).placeholderText() == "/v2/artworks/{id}"
    assert box.endpoints() == {"create_path": "/api/depth"}
    box.set_endpoints({})
    assert box.endpoints() == {}


def test_wiring_that_cannot_be_used_keeps_the_last_that_could(
    qtbot: QtBot, box: ServiceBox
) -> None:
    field = box.server("get_path")
    with qtbot.waitSignal(box.endpoints_changed):
        retype(field, "/v3/{id}")
    assert (box.endpoints(), box.wrong_server()) == ({"get_path": "/v3/{id}"}, "")

    retype(field, "/v3/id")

    assert field.error() == "/v3/id is not a path. Write it as /v2/artworks/{id}"
    assert box.wrong_server() == "Get"
    retype(field, "")
    assert (box.endpoints(), box.wrong_server()) == ({}, "")


def test_tab_goes_through_the_wiring_too(box: ServiceBox) -> None:
    box.set_endpoints({"auth_header": "X-Key"})
    last = box.order_tabs(box)
    assert last in box.server("list_path").tab_stops()


def test_the_form_offers_the_models_of_the_version_alone(qtbot: QtBot, theme: Theme) -> None:
    entry = entry_of(TengrDepthMap())
    form = ParamForm(
        entry.schema, theme, validate=lambda values: entry.validate(values, entry.schema)
    )
    qtbot.addWidget(form)
    form.set_values({"model_v3": "mono_large", "normalization_mode": "Raw"})
    of_third = ("model_v3", "normalization_mode")
    assert [form.row(name).editor.isEnabled() for name in (*of_third, "model_v2")] == [
        True,
        True,
        False,
    ]

    form.set_values({"use_version_3": False})

    assert [form.row(name).editor.isEnabled() for name in (*of_third, "model_v2")] == [
        False,
        False,
        True,
    ]
    assert form.first_error() == ""  # what belongs to the other version is in nobody's way
    assert (form.values()["invert_depth"], form.values()["use_post_resize"]) == (None, None)
    form.set_values({"resolution_lower_limit": 1000})
    assert form.first_error() == "Resolution"


def test_the_servers_form_is_our_own() -> None:
    own = schema_of(TengrParams)
    assert reconciled(own, own) == own
