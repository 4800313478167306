"""Keeps the library dock showing what the library holds."""

import asyncio

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
        self._size_bytes = 0
        session.result_added.connect(self._added)

    async def fill(self) -> None:
        """Show every result, newest first."""
        library = self._session.library
        summaries = await asyncio.to_thread(library.summaries)
        self._panel.set_items([self._item(summary) for summary in summaries])
        self._size_bytes = sum(summary.size_bytes for summary in summaries)
        self._say_size()

    async def remove(self, result_id: str) -> None:
        """Delete a result for good."""
        await asyncio.to_thread(self._session.library.remove, result_id)
        self._panel.remove_item(result_id)
        self._size_bytes = await asyncio.to_thread(self._session.library.size_bytes)
        self._say_size()

    def _added(self, result: Result) -> None:
        self._panel.add_item(
            LibraryItem(
                result_id=result.id,
                name=result.name,
                provider_title=result.provider_title,
                created_at=result.created_at,
                kinds=result.kinds,
                thumbnail=result.thumbnail,
            )
        )
        self._size_bytes += sum(artifact.size_bytes for artifact in result.artifacts)
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
        text = f"Library {size_text(self._size_bytes)}" if self._size_bytes else "Library empty"
        self._status.set_library_text(text)
