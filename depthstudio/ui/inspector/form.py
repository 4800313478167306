"""A form made from a JSON Schema and nothing else."""

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from depthstudio.core.errors import ParamError
from depthstudio.core.params import EXTRA, Json
from depthstudio.core.setting_words import same
from depthstudio.ui.inspector.group import ParamGroup
from depthstudio.ui.inspector.rows import LABEL_PX, ParamRow
from depthstudio.ui.inspector.schema import (
    ParamField,
    allowed,
    flat,
    read_schema,
    takes_extra,
)
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.parts.paint import scaled_px

LABEL_MOST_PX = 140  # leaves room for the control in a narrow dock; longer labels are elided

Validate = Callable[[Mapping[str, Json]], ParamError | None]


def no_objection(values: Mapping[str, Json]) -> ParamError | None:
    """The validator of a schema that says everything by itself."""
    return None


class ParamForm(QWidget):
    """Edits every parameter of a schema, in groups that fold.

    `validate` sees all values after each change and names the one that is wrong. `changed`
    comes after each change, also while something is wrong: ask `first_error`.
    """

    changed = Signal()

    def __init__(
        self,
        schema: Mapping[str, Any],
        theme: Theme,
        *,
        validate: Validate = no_objection,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._validate = validate
        self._first_error = ""
        self._takes_extra = takes_extra(schema)
        fields = read_schema(schema)
        self._rows = {field.name: ParamRow(field, theme, self) for field in fields}
        self._groups = self._make_groups(fields, theme)
        self._message = ToneLabel(theme, tone="failed", parent=self)
        self._message.setWordWrap(True)
        # Under a style sheet a label has no margins of its own.
        self._notice = QWidget(self)
        above = QVBoxLayout(self._notice)
        above.setContentsMargins(Space.M, 0, Space.M, Space.S)
        above.addWidget(self._message)
        self._notice.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._notice)
        for group in self._groups:
            layout.addWidget(group)
        layout.addStretch(1)
        self._align_labels()
        theme.changed.connect(self._align_labels)
        self.order_tabs()
        for row in self._rows.values():
            row.edited.connect(self._on_edited)
        self._refresh()

    def values(self) -> dict[str, Json]:
        """Every parameter's value by its name; those only the server knows under `EXTRA`."""
        ours: dict[str, Json] = {}
        extra: dict[str, Json] = {}
        for name, row in self._rows.items():
            (extra if row.field.is_new else ours)[name] = row.value
        return {**ours, EXTRA: extra} if self._takes_extra else ours

    def set_values(self, values: Mapping[str, Json]) -> None:
        """Take over values, as kept by an earlier session.

        Names that the schema lacks and values it could not hold are left out: they may
        come from an older version of it.
        """
        before = self.values()
        for name, value in flat(values).items():
            row = self._rows.get(name)
            if row is not None and row.field.accepts(value) and not row.field.disabled_reason:
                row.set_value(value)
                row.show_note("")
        self._refresh()
        if any(not same(before[name], value) for name, value in self.values().items()):
            self.changed.emit()

    def take_over(self, before: "ParamForm") -> None:
        """Keep what was changed in the form this one replaces, as far as it is still allowed.

        Where it is not, the row says what became of it.
        """
        for name, old in before._rows.items():
            row = self._rows.get(name)
            if row is None or not old.is_changed or row.field.disabled_reason:
                continue
            value, wanted = allowed(row.field, old.value), old.field.shown(old.value)
            row.set_value(value)
            if not same(value, old.value):
                shown = row.field.shown(value)
                words = self.tr("Now {value}: this server does not allow {wanted}")
                row.show_note(words.format(value=shown, wanted=wanted))
        self.set_folded(before.folded())
        for group in self._groups:
            if any(row.note_text() for row in group.rows):
                group.set_open(True)
        self._refresh()

    def reset_all(self) -> None:
        """Every parameter back to its default."""
        self.set_values({name: row.field.default for name, row in self._rows.items()})

    def row(self, name: str) -> ParamRow:
        """The row of one parameter; KeyError if there is none."""
        return self._rows[name]

    def first_error(self) -> str:
        """The label of the first parameter that is wrong, empty when all is well."""
        return self._first_error

    def show_error(self, name: str, text: str) -> None:
        """Say under the named row what is wrong, or above the form if no row has that name."""
        row = self._rows.get(name)
        if row is None:
            self._message.setText(text)
            self._notice.setVisible(bool(text))
            self._first_error = self._first_error or (name if text else "")
            return
        row.show_error(text)
        if text:
            self._first_error = self._first_error or row.field.label
            self._group_of(row).set_open(True)

    def folded(self) -> frozenset[str]:
        """The names of the groups that are folded."""
        return frozenset(group.title for group in self._groups if not group.is_open())

    def set_folded(self, titles: Collection[str]) -> None:
        """Fold these groups and unfold all others."""
        for group in self._groups:
            group.set_open(group.title not in titles)

    def _make_groups(self, fields: Iterable[ParamField], theme: Theme) -> list[ParamGroup]:
        by_title: dict[str, list[ParamRow]] = {}
        for field in fields:
            title = field.group or self.tr("Parameters")
            by_title.setdefault(title, []).append(self._rows[field.name])
        return [ParamGroup(title, rows, theme, self) for title, rows in by_title.items()]

    def _group_of(self, row: ParamRow) -> ParamGroup:
        return next(group for group in self._groups if row in group.rows)

    def _align_labels(self) -> None:
        labels = [row.label for row in self._rows.values()]
        if not labels:
            return
        longest = max(label.sizeHint().width() for label in labels) + Space.S
        widest = min(scaled_px(LABEL_PX, self.font()), LABEL_MOST_PX)
        for row in self._rows.values():
            row.set_label_width(min(max(LABEL_PX, longest), widest))

    def order_tabs(self, after: QWidget | None = None) -> None:
        """Let Tab go through the form from top to bottom, coming from `after`."""
        stops = [after] if after else []
        for group in self._groups:
            stops.append(group.head)
            for row in group.rows:
                stops += row.tab_stops()
        for first, second in pairwise(stops):
            QWidget.setTabOrder(first, second)

    def _on_edited(self) -> None:
        self._refresh()
        self.changed.emit()

    def _refresh(self) -> None:
        values = self.values()
        self._first_error = ""
        self._notice.hide()
        for row in self._rows.values():
            wanted = row.field.enabled_when.items()
            row.set_available(all(same(values.get(name), value) for name, value in wanted))
            row.show_error("")
            if row.problem:
                self.show_error(row.field.name, row.problem)
        error = self._validate(values)
        if error is not None and not self._first_error:
            self.show_error(error.name, _without_name(error))
        for group in self._groups:
            group.count_changes()


def _without_name(error: ParamError) -> str:
    """The message without the parameter's name in front: the row says which it is."""
    reason = str(error).removeprefix(f"{error.name}: ")
    text = reason[:1].upper() + reason[1:]
    return f"{text}. {error.hint}" if error.hint else text
