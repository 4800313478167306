"""The strip above the 3D view: what is shown, from where, and how large its points are."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from depthstudio.scene.options import Layer, Preset
from depthstudio.ui.look.icons import Icons, beside_text
from depthstudio.ui.look.theme import IconSize, Theme
from depthstudio.ui.parts.strips import ImageStrip

POINT_SIZES_PX = (1, 2, 3, 4, 6, 8)

# Fusion puts the arrow of a menu button into its corner, over the text.
_MENU_BUTTON_STYLE = """
QToolButton { padding-right: 16px; }
QToolButton::menu-indicator { subcontrol-position: right center; right: 3px; }
"""


class Viewer3DControls(ImageStrip):
    """Says what the user wants; changes nothing itself."""

    layer_toggled = Signal(object, bool)  # a Layer, visible
    point_size_chosen = Signal(int)
    preset_chosen = Signal(object)  # a Preset
    fit_asked = Signal()

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__(theme, icons)
        self._layers = {
            Layer.SURFACE: self.add_icon_button(
                "image-filter-hdr", self.tr("Surface"), checkable=True
            ),
            Layer.CLOUD: self.add_icon_button("dots-hexagon", self.tr("Points"), checkable=True),
        }
        for layer, button in self._layers.items():
            button.clicked.connect(lambda on, layer=layer: self.layer_toggled.emit(layer, on))
        self._sizes = self._add_menu(icons, "circle-medium", self.tr("Point size"))
        self._presets = self._add_menu(icons, "cube-outline", self.tr("View from"))
        self._fill_sizes()
        self._fill_presets()
        self.fit = self.add_icon_button("fit-to-screen-outline", self.tr("Fit (Home)"))
        self.fit.clicked.connect(self.fit_asked)
        self.set_layers(frozenset())

    def set_layers(self, present: frozenset[Layer]) -> None:
        """Offer the layers of what is shown now."""
        names = {Layer.SURFACE: self.tr("Surface"), Layer.CLOUD: self.tr("Points")}
        missing = {
            Layer.SURFACE: self.tr("Surface: there is none in this result"),
            Layer.CLOUD: self.tr("Points: there are none in this result"),
        }
        for layer, button in self._layers.items():
            button.setEnabled(layer in present)
            button.setToolTip((names if layer in present else missing)[layer])
        self._presets.setEnabled(bool(present))
        self.fit.setEnabled(bool(present))
        self._sizes.setEnabled(Layer.CLOUD in present)

    def set_visible_layers(self, visible: frozenset[Layer]) -> None:
        """Mark the layers of which something is drawn."""
        for layer, button in self._layers.items():
            button.setChecked(layer in visible)

    def set_point_size(self, size_px: int) -> None:
        """Show a size that was chosen elsewhere."""
        self._sizes.setText(self.tr("{0} px").format(size_px))
        for action in self._sizes.menu().actions():
            action.setChecked(action.data() == size_px)

    def set_preset(self, preset: Preset | None) -> None:
        """Show where the camera stands; None once the user has moved it."""
        self._presets.setText(self._preset_name(preset) if preset else self.tr("View"))
        for action in self._presets.menu().actions():
            action.setChecked(action.data() is preset)

    def _add_menu(self, icons: Icons, icon: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icons.icon(icon))
        button.setIconSize(beside_text(IconSize.FIELD))
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setStyleSheet(_MENU_BUTTON_STYLE)
        button.setMenu(QMenu(button))
        self.add_control(button)
        return button

    def _fill_sizes(self) -> None:
        group = QActionGroup(self)
        for size_px in POINT_SIZES_PX:
            action = self._choice(group, self.tr("{0} px").format(size_px), size_px)
            action.triggered.connect(lambda _, size=size_px: self.point_size_chosen.emit(size))
            self._sizes.menu().addAction(action)

    def _fill_presets(self) -> None:
        group = QActionGroup(self)
        group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        for preset in Preset:
            action = self._choice(group, self._preset_name(preset), preset)
            action.triggered.connect(lambda _, preset=preset: self.preset_chosen.emit(preset))
            self._presets.menu().addAction(action)

    @staticmethod
    def _choice(group: QActionGroup, text: str, value: object) -> QAction:
        action = QAction(text, group)
        action.setCheckable(True)
        action.setData(value)
        return action

    def _preset_name(self, preset: Preset) -> str:
        return {
            Preset.PERSPECTIVE: self.tr("Perspective"),
            Preset.FRONT: self.tr("Front"),
            Preset.BACK: self.tr("Back"),
            Preset.LEFT: self.tr("Left"),
            Preset.RIGHT: self.tr("Right"),
            Preset.TOP: self.tr("Top"),
            Preset.BOTTOM: self.tr("Bottom"),
        }[preset]
