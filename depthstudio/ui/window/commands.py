"""The window's commands, declared once: menus, toolbar and tips read the same list."""

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from depthstudio.ui.look.icons import Icons

Key = QKeySequence.StandardKey | str | None


@dataclass(frozen=True)
class Command:
    """One thing a user can do from a menu; `why_off` is its tip while it cannot be done."""

    text: str
    icon: str
    key: Key = None
    tip: str = ""
    why_off: str = ""
    role: QAction.MenuRole = QAction.MenuRole.NoRole
    tone: str = "text2"  # of its icon


COMMANDS = {
    "open": Command(
        "Open…", "folder-open-outline", QKeySequence.StandardKey.Open, "Add photos or view scenes"
    ),
    "open_folder": Command("Open folder…", "folder-outline", "Ctrl+Shift+O"),
    "paste": Command(
        "Paste address",
        "content-paste",
        QKeySequence.StandardKey.Paste,
        "Add what lies at the https address on the clipboard",
    ),
    "quit": Command("Quit", "close", QKeySequence.StandardKey.Quit, role=QAction.MenuRole.QuitRole),
    "preferences": Command(
        "Preferences…",
        "cog-outline",
        "Ctrl+,",
        "Keys of services, and where files may go",
        role=QAction.MenuRole.PreferencesRole,
    ),
    "run": Command(
        "Run", "play", "Ctrl+Return", "Run the selected input", "Add a photo first", tone="accent"
    ),
    "cancel": Command("Cancel", "close", "Ctrl+.", why_off="Nothing selected is queued or running"),
    "retry": Command("Retry", "restore", None, why_off="The selected job has not failed"),
    "remove": Command("Remove from queue", "trash-can-outline", why_off="No job is selected"),
    "clear": Command("Clear finished", "broom", None, why_off="There is nothing to clear"),
    "show_scene": Command("3D", "cube-scan", "Ctrl+1", why_off="Nothing open has a scene"),
    "show_depth": Command("Depth", "gradient-vertical", "Ctrl+2", why_off="Nothing open has depth"),
    "show_photo": Command("Photo", "image-outline", "Ctrl+3", why_off="Nothing open has a photo"),
    "fit": Command("Fit", "fit-to-screen-outline", "Home", why_off="Nothing is shown in 3D"),
    "next_pane": Command("Next pane", "keyboard-tab", "F6"),
    "previous_pane": Command("Previous pane", "keyboard-tab-reverse", "Shift+F6"),
    "reset_layout": Command("Reset layout", "view-grid-outline"),
    "sample": Command("Run the sample", "image-filter-hdr"),
    "about": Command("About DepthStudio", "information-outline", role=QAction.MenuRole.AboutRole),
}


class Commands:
    """The action of every command, by its name. At first only what is always possible is on."""

    def __init__(self, icons: Icons, parent: QObject) -> None:
        self._actions = {name: _action(what, icons, parent) for name, what in COMMANDS.items()}

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def set_enabled(self, name: str, *, enabled: bool) -> None:
        """Switch a command on or off; while it is off, its tip says why."""
        _set_enabled(self._actions[name], COMMANDS[name], enabled=enabled)


def _action(command: Command, icons: Icons, parent: QObject) -> QAction:
    action = QAction(icons.icon(command.icon, command.tone), command.text, parent)
    if command.key is not None:
        action.setShortcut(QKeySequence(command.key))
    action.setMenuRole(command.role)
    _set_enabled(action, command, enabled=not command.why_off)
    return action


def _set_enabled(action: QAction, command: Command, *, enabled: bool) -> None:
    action.setEnabled(enabled)
    words = command.tip or command.text.rstrip("…")
    if not enabled and command.why_off:
        words = f"{words}: {command.why_off[0].lower()}{command.why_off[1:]}"
    key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    action.setToolTip(f"{words} ({key})" if key else words)
