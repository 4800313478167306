"""A row of the form: label, editor, reset dot, and what is to be said about the value."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from depthstudio.core.params import Json
from depthstudio.core.setting_words import same
from depthstudio.ui.inspector.editors import (
    SEGMENTS_PX,
    Editor,
    EntryEditor,
    FlagEditor,
    make_editor,
)
from depthstudio.ui.inspector.reset_dot import ResetDot
from depthstudio.ui.inspector.schema import ParamField
from depthstudio.ui.look.theme import Height, Space, Theme
from depthstudio.ui.parts.chips import Chip
from depthstudio.ui.parts.labels import ElidedLabel, ToneLabel

LABEL_PX = 116
CHIP_LINE, ERROR_LINE, NOTE_LINE, REASON_LINE = 1, 2, 3, 4  # of the grid


class ParamRow(QWidget):
    """Shows and edits one parameter. Keeps its value exactly as it was given or picked."""

    edited = Signal()

    def __init__(self, field: ParamField, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.problem = ""  # why what is typed is not a value; empty when it is one
        self._theme = theme
        self._value = field.default
        self._error: ToneLabel | None = None
        self._note: ToneLabel | None = None
        self._chip_px = 0  # what a chip beside the label takes of its column
        self.label = ElidedLabel(theme, field.label, parent=self)
        self.editor: Editor = make_editor(field, theme, self)
        self.reset_dot = ResetDot(theme, self)
        self._lay_out()
        self._describe()
        self.editor.show_value(field.default)
        self.editor.edited.connect(self._on_edited)
        if isinstance(self.editor, EntryEditor):
            self.editor.refused.connect(self._on_refused)
        self.reset_dot.clicked.connect(self.reset)

    @property
    def value(self) -> Json:
        """The value that holds now; while `problem` is set, the last good one."""
        return self._value

    @property
    def is_changed(self) -> bool:
        """Whether the value differs from the default."""
        return not same(self._value, self.field.default)

    def set_value(self, value: Json) -> None:
        """Show another value, without saying `edited`."""
        self._value = value
        self.problem = ""
        self.editor.show_value(value)
        self._show_changed()

    def reset(self) -> None:
        """Back to the default, as if the user had picked it."""
        if self.is_changed or self.problem:
            self.set_value(self.field.default)
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            self.edited.emit()

    def tab_stops(self) -> list[QWidget]:
        """Where Tab stops in this row, in order."""
        controls = [
            widget
            for widget in (self.editor, *self.editor.children())
            if isinstance(widget, QWidget) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        # A spin box passes the focus on to its line of text, which is no stop of its own.
        return [w for w in controls if w.focusProxy() is None] + [self.reset_dot]

    def set_label_width(self, width_px: int) -> None:
        """Give the label column its width, the same in every row of a form."""
        self.label.setFixedWidth(width_px - self._chip_px)

    def set_available(self, available: bool) -> None:
        """Let the value be edited, unless the server would not look at it anyway."""
        field = self.field
        usable = available and not field.no_effect_on_server and not field.disabled_reason
        self.editor.setEnabled(usable)
        self.label.setEnabled(usable)

    def show_error(self, text: str) -> None:
        """Mark the value as wrong and say why under the row; an empty text takes it back."""
        if text != self.error_text():
            self._mark_invalid(bool(text))
        if text and self._error is None:
            self._error = self._line("failed", ERROR_LINE)
        if self._error is not None:
            self._error.setText(text)
            self._error.setVisible(bool(text))
        (self.editor.focusProxy() or self.editor).setAccessibleDescription(
            text or self.field.disabled_reason or self.field.help
        )

    def show_note(self, text: str) -> None:
        """Say under the row what became of the value; forgotten when it is edited."""
        if text and self._note is None:
            self._note = self._line("held", NOTE_LINE)
        if self._note is not None:
            self._note.setText(text)
            self._note.setVisible(bool(text))

    def note_text(self) -> str:
        """What `show_note` was told last."""
        return self._note.text() if self._note is not None else ""

    def error_text(self) -> str:
        """What stands under the row."""
        return self._error.text() if self._error is not None else ""

    def _mark_invalid(self, is_invalid: bool) -> None:
        for widget in (self.editor, *self.editor.parts()):
            widget.setProperty("invalid", is_invalid)
            widget.update()
        if isinstance(self.editor, EntryEditor):
            self.editor.style().polish(self.editor)  # its border comes from the style sheet

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Only reaches the row from controls that do not type text themselves.
        if event.key() == Qt.Key.Key_Backspace and self.editor.isEnabled():
            self.reset()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(Space.M, 2, Space.XS, 2)
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(2)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.label.setFixedHeight(Height.FIELD)
        if self.field.is_new:
            self._add_new_chip()
        else:
            self._grid.addWidget(self.label, 0, 0)
        self.set_label_width(LABEL_PX)
        self._grid.addWidget(self.editor, 0, 1)
        self._grid.addWidget(self.reset_dot, 0, 2)
        self._grid.setColumnStretch(1, 1)
        if self.field.disabled_reason:
            self._line("text3", REASON_LINE).setText(self.field.disabled_reason)
            self.set_available(False)
        elif self.field.no_effect_on_server:
            self._add_no_effect_chip()

    def _line(self, tone: str, place: int) -> ToneLabel:
        line = ToneLabel(self._theme, tone=tone, parent=self)
        line.setWordWrap(True)
        self._grid.addWidget(line, place, 0, 1, 2)
        return line

    def _add_no_effect_chip(self) -> None:
        words = self.tr("No effect on server")
        chip = Chip(self._theme, words, icon="information-outline", tone="text2", parent=self)
        self._add_chip(chip)
        self.set_available(False)

    def _add_new_chip(self) -> None:
        """Beside the label, or where both do not fit there, as every other chip."""
        chip = Chip(self._theme, self.tr("New"), tone="accent", parent=self)
        chip.setToolTip(self.tr("This server has it; DepthStudio does not know it"))
        takes_px = chip.sizeHint().width() + Space.XS + Space.S
        if self.label.sizeHint().width() + takes_px > LABEL_PX:
            self._grid.addWidget(self.label, 0, 0)
            self._add_chip(chip)
            return
        self._chip_px = takes_px
        column = QHBoxLayout()
        column.setContentsMargins(0, 0, Space.S, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self.label)
        column.addWidget(chip)
        self._grid.addLayout(column, 0, 0)

    def _add_chip(self, chip: Chip) -> None:
        """At the end of the row where a check box leaves room, else below."""
        needed_px = self.editor.sizeHint().width() + Space.S + chip.sizeHint().width()
        end = Qt.AlignmentFlag.AlignTrailing
        if isinstance(self.editor, FlagEditor) and needed_px <= SEGMENTS_PX:
            self._grid.addWidget(chip, 0, 1, end)
        else:
            self._grid.addWidget(chip, CHIP_LINE, 0, 1, 2, end)

    def _describe(self) -> None:
        field = self.field
        self.label.setBuddy(self.editor)
        tip = f"{field.label}: {field.help}" if field.help else field.label
        said = ": ".join(part for part in (field.phrase, field.help) if part)
        reason = field.disabled_reason
        self.label.setToolTip("\n".join(part for part in (tip, reason) if part))
        self.editor.setToolTip("\n".join(part for part in (said, reason) if part))
        for widget in (self.editor, *self.editor.parts()):
            if not widget.accessibleName():
                widget.setAccessibleName(field.label)
        described = reason or field.help
        (self.editor.focusProxy() or self.editor).setAccessibleDescription(described)
        self.reset_dot.setAccessibleName(self.tr("Reset {label}").format(label=field.label))
        default = field.shown(field.default)
        self.reset_dot.setToolTip(self.tr("Reset to {value}").format(value=default))

    def _on_edited(self, value: Json) -> None:
        self._value = value
        self.problem = ""
        self.show_note("")
        self._show_changed()
        self.edited.emit()

    def _on_refused(self, text: str) -> None:
        self.problem = text
        self._show_changed()
        self.edited.emit()

    def _show_changed(self) -> None:
        self.reset_dot.setEnabled(self.is_changed or bool(self.problem))
        self.reset_dot.update()
