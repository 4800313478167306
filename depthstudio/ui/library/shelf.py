"""Keeps the library dock showing what the library holds."""

import asyncio

from PySide6.QtCore import QCoreApplication

from depthstudio.core.result import Result
from depthstudio.jobs.session import Session
from depthstudio.library.index import ResultSummary
from depthstudio.ui.library.model import LibraryItem
from depthstudio.ui.parts.amounts import size_text
from depthstudio.ui.window.main_window import MainWindow


class LibraryShelf:
    """Fills the cards and follows what is added and removed."""

    def __init__(self, session: Session, window: MainWindow) -> None:
        self._session = session
        self._panel = window.library_panel
        self._status = window.status
        self._beat = window.beat
        self._sizes_bytes: dict[str, int] = {}  # by result id
        self._is_filled = False
        self._new: list[LibraryItem] = []  # finished, and no card yet
        self._disconnect = session.result_added.connect(self._added)

    def close(self) -> None:
        """Follow no more, before the window goes."""
        self._disconnect()
        self._beat.forget(self._show_new)

    async def fill(self) -> None:
        """Show every result, newest first."""
        listed = await asyncio.to_thread(self._session.library.summaries)
        self._panel.set_items([self._item(summary) for summary in listed])
        self._sizes_bytes |= {summary.id: summary.size_bytes for summary in listed}
        self._is_filled = True
        self._show_new()

    async def remove(self, result_id: str) -> None:
        """Delete a result for good."""
        await asyncio.to_thread(self._session.library.remove, result_id)
        self._new = [item for item in self._new if item.result_id != result_id]
        self._panel.remove_item(result_id)
        self._sizes_bytes.pop(result_id, None)
        self._say_size()

    def _added(self, result: Result) -> None:
        item = LibraryItem(
            result_id=result.id,
            name=result.name,
            provider_title=result.provider_title,
            created_at=result.created_at,
            kinds=result.kinds,
            thumbnail=result.thumbnail,
        )
        self._sizes_bytes[result.id] = sum(artifact.size_bytes for artifact in result.artifacts)
        self._new.append(item)
        self._beat.do(self._show_new)

    def _show_new(self) -> None:
        if self._is_filled:
            new, self._new = self._new, []
            self._panel.add_items(new)
        self._say_size()

    def _item(self, summary: ResultSummary) -> LibraryItem:
        return LibraryItem(
            result_id=summary.id,
            name=summary.name,
            provider_title=summary.provider_title,
            created_at=summary.created_at,
            kinds=summary.kinds,
            thumbnail=self._session.library.thumbnail(summary),
        )

    def _say_size(self) -> None:
        size_bytes = sum(self._sizes_bytes.values())
        text = QCoreApplication.translate("shelf", "Library empty")
        if size_bytes:
            words = QCoreApplication.translate("shelf", "Library {size}")
            text = words.format(size=size_text(size_bytes))
        self._status.set_library_text(text)
