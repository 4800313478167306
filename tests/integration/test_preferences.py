"""The preferences as a whole: found, reached by the keyboard, themed; and consent taken back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from depthstudio.ui.look.theme import Theme
from tests.support.keys_page import CANARY, KEY, Nearby, click, dialog_of, form, opened, row
from tests.support.studio import Start, until

pytestmark = pytest.mark.anyio


async def test_consent_is_listed_and_can_be_revoked(start_keys: Start) -> None:
    async with start_keys() as studio:
        hosts = dict(studio.session.hosts)
        studio.session.hosts = {**hosts, Nearby.info.id: Nearby()}
        first = Nearby.info.id
        studio.window.agreed_hosts.agree(first)
        keys = await opened(studio)
        assert row(keys, "host:nearby").key == "same as Space Depth"
        assert row(keys, "host:nearby").tested_id == "space"
        dialog_of(studio).show_page("Privacy")
        privacy = studio.workbench.preferences.privacy
        assert privacy is not None
        click(privacy.buttons[first])
        assert (privacy.buttons, studio.window.agreed_hosts.agreed) == ({}, ())


async def test_a_page_is_found_by_what_is_on_it(start_keys: Start) -> None:
    async with start_keys() as studio:
        await opened(studio)
        dialog = dialog_of(studio)

        def listed() -> list[str]:
            items = (dialog.list.item(place) for place in range(dialog.list.count()))
            return [item.text() for item in items if not item.isHidden()]

        assert listed() == ["Keys", "Network", "Privacy"]
        QTest.keyClicks(dialog.search, "consent")
        assert (listed(), dialog.page_name()) == (["Privacy"], "Privacy")
        dialog.search.clear()
        QTest.keyClicks(dialog.search, "space parts")
        assert (listed(), dialog.page_name()) == (["Keys"], "Keys")


async def test_all_of_it_is_in_reach_of_the_keyboard_and_has_a_name(start_keys: Start) -> None:
    async with start_keys({"HF_TOKEN_OF_TESTS": CANARY}) as studio:
        assert studio.window.action("preferences").shortcut() == QKeySequence("Ctrl+,")
        keys = await opened(studio)
        dialog = dialog_of(studio)
        assert not dialog.isModal()
        form(keys)
        dialog.search.setFocus()
        met: list[QWidget] = []
        for _ in range(40):
            focused = dialog.focusWidget()
            if focused is None or focused in met:
                break
            met.append(focused)
            QTest.keyClick(focused, Qt.Key.Key_Tab)
        shown = form(keys)
        wanted = [dialog.search, dialog.list, keys.table, shown.secrets[KEY.name].edit]
        wanted += [shown.secrets[KEY.name].paste, shown.keep, shown.test, dialog.close_button]
        assert [widget for widget in wanted if widget not in met] == []
        assert [w for w in met if not (w.accessibleName() or w.property("text"))] == []
        keys.table.setFocus()
        QTest.keyClick(keys.table, Qt.Key.Key_End)
        chosen = keys.table.chosen_row()
        assert chosen is not None
        assert keys.table.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole) == chosen.spoken
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await until(lambda: studio.workbench.preferences.dialog is None)
        assert await opened(studio) is not keys


async def test_it_follows_the_theme(start_keys: Start, theme: Theme) -> None:
    async with start_keys() as studio:
        keys = await opened(studio)

        def brightness() -> float:
            picture = keys.window().grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
            data = bytes(picture.constBits())
            return sum(data) / len(data)

        dark = brightness()
        theme.set_choice("light")
        assert brightness() > dark + 100
