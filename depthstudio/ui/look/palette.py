"""From colour tokens to what Qt understands: a palette, and the rest as a style sheet."""

from PySide6.QtGui import QPalette

from depthstudio.ui.look.tokens import Tokens

Group = QPalette.ColorGroup
ColourRole = QPalette.ColorRole


def palette_of(tokens: Tokens) -> QPalette:
    """The palette that makes Fusion draw in these colours."""
    palette = QPalette()
    colours = {
        ColourRole.Window: tokens.panel,
        ColourRole.WindowText: tokens.text,
        ColourRole.Base: tokens.field,
        ColourRole.AlternateBase: tokens.card,
        ColourRole.ToolTipBase: tokens.button,
        ColourRole.ToolTipText: tokens.text,
        ColourRole.PlaceholderText: tokens.text3,
        ColourRole.Text: tokens.text,
        ColourRole.Button: tokens.button,
        ColourRole.ButtonText: tokens.text,
        ColourRole.BrightText: tokens.failed,
        ColourRole.Light: tokens.hover,
        ColourRole.Midlight: tokens.hairline,
        ColourRole.Mid: tokens.border,
        ColourRole.Dark: tokens.border,
        ColourRole.Shadow: tokens.window,
        ColourRole.Highlight: tokens.accent,
        ColourRole.HighlightedText: tokens.on_accent,
        ColourRole.Accent: tokens.accent,
        ColourRole.Link: tokens.accent,
        ColourRole.LinkVisited: tokens.accent,
    }
    for role, colour in colours.items():
        palette.setColor(role, colour)
    for role in (ColourRole.WindowText, ColourRole.Text, ColourRole.ButtonText):
        palette.setColor(Group.Disabled, role, tokens.disabled)
    palette.setColor(Group.Disabled, ColourRole.Base, tokens.panel)
    palette.setColor(Group.Disabled, ColourRole.Highlight, tokens.hover)
    palette.setColor(Group.Disabled, ColourRole.HighlightedText, tokens.disabled)
    return palette


def tokens_of(palette: QPalette) -> Tokens:
    """Tokens in the system's own colours, for high contrast: every border is text-strong."""
    window = palette.color(ColourRole.Window).name()
    base = palette.color(ColourRole.Base).name()
    text = palette.color(ColourRole.WindowText).name()
    button = palette.color(ColourRole.Button).name()
    accent = palette.color(ColourRole.Highlight).name()
    on_accent = palette.color(ColourRole.HighlightedText).name()
    disabled = palette.color(Group.Disabled, ColourRole.WindowText).name()
    return Tokens(
        window=window,
        panel=window,
        header=window,
        bar=window,
        card=window,
        field=base,
        button=button,
        hover=window,
        selection=window,
        chip=window,
        hairline=text,
        border=text,
        control_edge=text,
        text=text,
        text2=text,
        text3=text,
        disabled=disabled,
        accent=accent,
        on_accent=on_accent,
        done=text,
        held=text,
        failed=text,
        view_ground=base,
        ground_top=base,
        ground_bottom=base,
        tag=base,
        tag_text=palette.color(ColourRole.Text).name(),
    )


def style_sheet(tokens: Tokens) -> str:
    """What the palette cannot say: flat buttons and fields, the one filled button, gaps."""
    return (
        _frame(tokens) + _buttons(tokens) + _fields(tokens) + _preferences(tokens) + _bars(tokens)
    )


def _frame(t: Tokens) -> str:
    return f"""
QMainWindow {{ background: {t.window}; }}
QMainWindow::separator {{ background: {t.window}; width: 4px; height: 4px; }}
QMenuBar, QToolBar, QStatusBar {{ background: {t.bar}; border: 0; }}
QMenuBar {{ padding: 2px 6px; }}
QMenuBar::item {{ padding: 4px 8px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {t.hover}; }}
QMenu {{ background: {t.card}; border: 1px solid {t.border}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 8px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.selection}; color: {t.text}; }}
QMenu::item:disabled {{ color: {t.disabled}; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::separator {{ height: 1px; background: {t.hairline}; margin: 4px 8px; }}
QToolBar {{ padding: 0 6px; spacing: 4px; }}
QToolBar QToolButton {{ padding: 5px 8px 5px 4px; }}
QToolBar::separator {{ width: 1px; background: {t.hairline}; margin: 10px 6px; }}
QTabBar#centreTabs, QMainWindow > QTabBar {{ background: {t.header}; }}
QTabBar#centreTabs::tab, QMainWindow > QTabBar::tab {{
    background: transparent; color: {t.text2}; padding: 0 14px 0 10px; height: 30px;
    border: 0; border-top: 2px solid transparent;
}}
QMainWindow > QTabBar::tab {{ padding: 0 14px; }}
QTabBar#centreTabs::tab:hover, QMainWindow > QTabBar::tab:hover {{ color: {t.text}; }}
QTabBar#centreTabs::tab:selected, QMainWindow > QTabBar::tab:selected {{
    background: {t.panel}; color: {t.text}; border-top-color: {t.accent};
}}
QTabBar#centreTabs::tab:disabled {{ color: {t.disabled}; }}
QStatusBar::item {{ border: 0; }}
QToolTip {{ background: {t.button}; color: {t.text}; border: 1px solid {t.border}; padding: 4px; }}
"""


def _buttons(t: Tokens) -> str:
    return f"""
QPushButton {{
    background: {t.button}; color: {t.text}; border: 1px solid {t.border};
    border-radius: 4px; padding: 0 12px; min-height: 26px;
}}
QPushButton:hover {{ background: {t.hover}; }}
QPushButton:pressed {{ background: {t.selection}; }}
QPushButton:disabled {{ background: {t.hover}; color: {t.disabled}; border-color: {t.hairline}; }}
QPushButton[accent="true"] {{
    background: {t.accent}; color: {t.on_accent}; border-color: {t.accent};
}}
QPushButton[accent="true"]:disabled {{
    background: {t.chip}; color: {t.disabled}; border-color: {t.chip};
}}
QPushButton[link="true"] {{
    background: transparent; color: {t.accent}; border: 0; padding: 0; min-height: 18px;
}}
QPushButton[link="true"]:hover {{ text-decoration: underline; }}
QPushButton[link="true"]:disabled {{ color: {t.disabled}; }}
QPushButton[large="true"] {{
    min-height: 34px; border-radius: 6px; padding: 0 14px; font-weight: 500;
}}
QPushButton#run {{ border-radius: 6px; min-height: 42px; }}
QToolButton {{ background: transparent; border: 0; border-radius: 4px; padding: 4px; }}
QToolButton:hover {{ background: {t.hover}; }}
QToolButton:pressed, QToolButton:checked {{ background: {t.selection}; }}
QToolButton:disabled {{ color: {t.disabled}; }}
"""


def _fields(t: Tokens) -> str:
    # The line of text inside a spin box has no frame: it is not a field of its own.
    return f"""
QLineEdit[frame="true"], QPlainTextEdit {{
    background: {t.field}; color: {t.text}; border: 1px solid {t.border};
    border-radius: 4px; padding: 0 6px;
    selection-background-color: {t.accent}; selection-color: {t.on_accent};
}}
QLineEdit[frame="true"] {{ min-height: 26px; }}
QLineEdit[frame="true"]:focus, QPlainTextEdit:focus {{ border-color: {t.accent}; }}
QLineEdit[invalid="true"] {{ border-color: {t.failed}; }}
QComboBox QAbstractItemView {{ border: 1px solid {t.border}; outline: 0; }}
QComboBox QAbstractItemView::item {{ min-height: 28px; padding-left: 5px; border: 0; }}
QComboBox QAbstractItemView::item:selected {{
    background: {t.selection}; color: {t.text}; border-left: 3px solid {t.accent};
    padding-left: 2px;
}}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QMessageBox QLabel#qt_msgbox_label {{ font-weight: 600; min-width: 320px; }}
QMessageBox QLabel#qt_msgbox_informativelabel {{ min-width: 320px; }}
"""


def _preferences(t: Tokens) -> str:
    return f"""
QTreeView#keyTable {{
    background: {t.field}; border: 1px solid {t.border}; border-radius: 4px; outline: 0;
}}
QTreeView#keyTable QHeaderView::section {{
    background: {t.header}; color: {t.text2}; border: 0; border-bottom: 1px solid {t.hairline};
    padding: 0 12px;
}}
QListWidget#pageList {{ background: {t.header}; border: 0; outline: 0; }}
"""


def _bars(t: Tokens) -> str:
    return f"""
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {t.border}; }}
QSlider::sub-page:horizontal {{ border-radius: 2px; background: {t.accent}; }}
QSlider::handle:horizontal {{
    width: 12px; height: 12px; margin: -5px 0; border-radius: 6px;
    background: {t.tag_text}; border: 1px solid {t.control_edge};
}}
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled {{
    background: {t.disabled};
}}
QProgressBar {{ background: {t.border}; border: 0; border-radius: 2px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 2px; }}
QScrollBar {{ background: transparent; border: 0; }}
QScrollBar:vertical {{ width: 10px; }}
QScrollBar:horizontal {{ height: 10px; }}
QScrollBar::handle {{ background: {t.border}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 24px; }}
QScrollBar::handle:horizontal {{ min-width: 24px; }}
QScrollBar::handle:hover {{ background: {t.control_edge}; }}
QScrollBar::handle:disabled {{ background: transparent; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
"""
