"""The few boxes of the window. None is run with exec(): a nested loop breaks asyncio's."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from depthstudio import __version__
from depthstudio.settings.paths import Home
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import IconSize

PATTERNS = (
    "*.jpg *.jpeg *.png *.webp *.tif *.tiff *.heic *.heif *.hif *.avif "
    "*.mp4 *.m4v *.mov *.mkv *.webm *.avi *.ts *.mts *.m2ts *.glb *.ply *.npz"
)
Chosen = Callable[[Sequence[Path]], object]


def tr(text: str) -> str:
    return QCoreApplication.translate("dialogs", text)


def choose_files(parent: QWidget, chosen: Chosen) -> QFileDialog:
    """Let the user pick files to add or to view."""
    dialog = QFileDialog(parent, tr("Open files"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilters([f"{tr('Photos, videos and scenes')} ({PATTERNS})", tr("All files (*)")])
    return _opened(dialog, chosen)


def choose_folder(parent: QWidget, chosen: Chosen) -> QFileDialog:
    """Let the user pick a folder of photos or videos."""
    dialog = QFileDialog(parent, tr("Open folder"))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    return _opened(dialog, chosen)


def choose_certificates(parent: QWidget, chosen: Chosen) -> QFileDialog:
    """Let the user pick a file of certificates."""
    dialog = QFileDialog(parent, tr("Certificates to trust"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    patterns = "*.pem *.crt *.cer *.ca-bundle"
    dialog.setNameFilters([f"{tr('Certificates')} ({patterns})", tr("All files (*)")])
    return _opened(dialog, chosen)


def _opened(dialog: QFileDialog, chosen: Chosen) -> QFileDialog:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(lambda names: chosen([Path(name) for name in names]))
    dialog.open()
    return dialog


def ask_to_remove(
    parent: QWidget, icons: Icons, name: str, remove: Callable[[], object]
) -> QMessageBox:
    """Ask before a result is deleted; Cancel is what Enter and Escape do."""
    return _asked(
        parent,
        icons,
        tr("Remove “{name}” from the library?").format(name=name),
        tr("Its files are deleted from this computer. This cannot be undone."),
        remove,
        title=tr("Remove from library"),
    )


def ask_to_forget(
    parent: QWidget, icons: Icons, name: str, service: str, remove: Callable[[], object]
) -> QMessageBox:
    """Ask before a row goes that alone leads to what a service may still bring."""
    lost = tr(
        "{service} may still bring what was ordered, and Retry fetches it. Without this row it "
        "is lost: the same is ordered again, and paid again where it costs something."
    )
    return _asked(
        parent,
        icons,
        tr("Remove “{name}” from the queue?").format(name=name),
        lost.format(service=service),
        remove,
        title=tr("Remove from queue"),
    )


def _asked(
    parent: QWidget,
    icons: Icons,
    question: str,
    lost: str,
    remove: Callable[[], object],
    *,
    title: str,
) -> QMessageBox:
    box = QMessageBox(parent)
    box.setIconPixmap(icons.pixmap("alert-outline", IconSize.EMPTY, "held"))
    box.setText(question)
    box.setInformativeText(lost)
    button = box.addButton(tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole))
    button.clicked.connect(remove)
    return _shown(box, title)


def show_about(parent: QWidget, icons: Icons, home: Home) -> QMessageBox:
    """Say which version this is, under which licence, and where it keeps its files."""
    box = QMessageBox(parent)
    box.setIconPixmap(icons.pixmap("image-filter-hdr", IconSize.EMPTY))
    box.setText(tr("DepthStudio {version}").format(version=__version__))
    places = [
        (tr("Results"), home.library_folder),
        (tr("Settings"), home.settings_file),
        (tr("Log files"), home.logs_folder),
    ]
    lines = [f"{word}: {place}" for word, place in places]
    licence = tr("Free software under the MIT licence. Made with Qt, VTK and PyVista.")
    box.setInformativeText("\n".join([licence, "", *lines]))
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    box.addButton(tr("Close"), QMessageBox.ButtonRole.RejectRole)
    return _shown(box, tr("About DepthStudio"))


def _shown(box: QMessageBox, title: str) -> QMessageBox:
    box.setWindowTitle(title)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box
