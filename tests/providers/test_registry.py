import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from depthstudio.core.artifact import Artifact
from depthstudio.core.errors import UsageError
from depthstudio.core.params import Params
from depthstudio.core.views import Views
from depthstudio.providers.base import Context, Licence, Provider, ProviderInfo
from depthstudio.providers.registry import BrokenProvider, Registry

MakePackage = Callable[[dict[str, str]], ModuleType]

PROVIDER_FILE = """
from depthstudio.core.params import Params
from depthstudio.core.views import Views
from depthstudio.providers.base import Licence, Provider, ProviderInfo

class {name}(Provider[Params]):
    info = ProviderInfo(id="{id}", title="{name}", version="1", subtitle="",
        accepts=frozenset(), produces=(), licence=Licence("", None), price="")
    params_type = Params
    async def fetch(self, sources, params, ctx):
        return []
    def decode(self, artifacts, params):
        return Views()
"""


def provider_file(provider_id: str, name: str = "Acme") -> str:
    return PROVIDER_FILE.format(id=provider_id, name=name)


def make_provider(provider_id: str, title: str, *, remote: bool = False) -> Provider[Any]:
    class Made(Provider[Params]):
        info = ProviderInfo(
            id=provider_id,
            title=title,
            version="1",
            subtitle="",
            accepts=frozenset(),
            produces=(),
            licence=Licence("", None),
            price="",
            endpoints={"api": "https://acme.test"} if remote else {},
        )
        params_type = Params

        async def fetch(
            self, sources: Sequence[object], params: Params, ctx: Context
        ) -> list[Artifact]:
            return []

        def decode(self, artifacts: Sequence[Artifact], params: Params) -> Views:
            return Views()

    return Made()


@pytest.fixture
def make_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakePackage]:
    """A package of modules given as text, forgotten after the test."""
    name = "providers_under_test"

    def make(files: dict[str, str]) -> ModuleType:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        for file_name, text in files.items():
            (folder / f"{file_name}.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        return import_module(name)

    yield make
    for module in [module for module in sys.modules if module.startswith(name)]:
        del sys.modules[module]


def test_the_program_comes_with_relief_and_nothing_broken() -> None:
    registry = Registry.load()
    assert registry.broken == ()
    assert registry.ids[0] == "relief"
    assert registry.get("relief").info.runs_locally


def test_a_broken_module_is_reported_and_the_rest_work(
    make_package: MakePackage, caplog: pytest.LogCaptureFixture
) -> None:
    package = make_package(
        {
            "aaa": "raise RuntimeError('the wrong century')",
            "bbb": "def broken(:",
            "ccc": provider_file("acme"),
            "ddd": "import a_module_nobody_has",
        }
    )
    registry = Registry.load(package)
    assert registry.ids == ("acme",)
    assert [broken.module.rpartition(".")[2] for broken in registry.broken] == ["aaa", "bbb", "ddd"]
    assert registry.broken[0].reason == "RuntimeError: the wrong century"
    assert "a_module_nobody_has" in registry.broken[2].reason
    assert len(caplog.records) == 3


def test_a_provider_without_info_is_broken(make_package: MakePackage) -> None:
    text = provider_file("acme").replace("    info =", "    information =")
    registry = Registry.load(make_package({"acme": text}))
    assert registry.ids == ()
    assert registry.broken[0].reason == "TypeError: Acme has no info"


def test_of_two_providers_with_one_id_the_first_works(make_package: MakePackage) -> None:
    package = make_package({"aaa": provider_file("acme", "A"), "bbb": provider_file("acme", "B")})
    registry = Registry.load(package)
    assert registry["acme"].info.title == "A"
    assert registry.broken == (
        BrokenProvider(
            "providers_under_test.bbb", "the id “acme” is taken by providers_under_test.aaa"
        ),
    )


def test_what_a_module_only_imports_or_leaves_abstract_is_not_its_provider(
    make_package: MakePackage,
) -> None:
    base = "\nclass Base(Provider[Params]):\n    pass\n"
    package = make_package(
        {
            "aaa": provider_file("acme") + base,
            "bbb": "from providers_under_test.aaa import Acme",
        }
    )
    registry = Registry.load(package)
    assert registry.ids == ("acme",)
    assert registry.broken == ()


def test_providers_on_this_computer_come_first_then_by_title() -> None:
    registry = Registry(
        [
            make_provider("b", "zebra", remote=True),
            make_provider("c", "Acme", remote=True),
            make_provider("a", "Zoo"),
        ]
    )
    assert registry.ids == ("a", "c", "b")
    assert [provider.info.title for provider in registry] == ["Zoo", "Acme", "zebra"]
    assert len(registry) == 3
    assert "a" in registry
    assert "d" not in registry


def test_an_unknown_id_is_refused_with_the_one_that_was_meant() -> None:
    registry = Registry([make_provider("relief", "Relief"), make_provider("acme", "Acme")])
    with pytest.raises(UsageError, match="no provider “releif”") as caught:
        registry.get("releif")
    assert caught.value.hint == "Did you mean “relief”? Known: acme, relief"


@pytest.mark.parametrize(
    ("registry", "hint"),
    [
        (Registry(), "Known: none"),
        (Registry([make_provider("acme", "Acme")]), "Known: acme"),
    ],
)
def test_an_id_like_no_other_is_refused_with_those_there_are(registry: Registry, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        registry.get("xyz")
    assert caught.value.hint == hint
    with pytest.raises(KeyError):
        registry["xyz"]
