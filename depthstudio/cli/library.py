"""`library`: stored results. Only reads, and takes no lock."""

import argparse
from pathlib import Path

from depthstudio.cli import exit_codes
from depthstudio.cli.output import Output, artifact_record
from depthstudio.core.record import to_plain
from depthstudio.core.result import Result
from depthstudio.library.store import Library
from depthstudio.library.verify import Problem, verify_library, verify_result
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import home_from


def library(options: argparse.Namespace, registry: Registry) -> int:
    """List, show or verify what is stored."""
    del registry
    folder = home_from(options.home).library_folder
    stored = Library(folder)
    output = Output(as_json=options.json)
    if options.action == "list":
        return _list(output, stored, options)
    if options.action == "show":
        return _show(output, stored.get(options.result))
    problems = (
        verify_result(_folder_of(stored, options.result))
        if options.result
        else verify_library(folder)
    )
    return _verdict(output, problems)


def _folder_of(stored: Library, id_or_prefix: str) -> Path:
    """A whole id is taken as it is: its manifest may be what is damaged."""
    folder = stored.layout.result_folder(id_or_prefix)
    return folder if folder.is_dir() else stored.get(id_or_prefix).folder


def _list(output: Output, stored: Library, options: argparse.Namespace) -> int:
    results = stored.summaries(limit=options.limit, search=options.search)
    layout = stored.layout
    if output.as_json:
        for item in results:
            output.record(
                {
                    "result": item.id,
                    "name": item.name,
                    "provider": item.provider_id,
                    "created_at": item.created_at.isoformat(),
                    "kinds": list(item.kinds),
                    "folder": str(layout.result_folder(item.id)),
                }
            )
    else:
        output.table(
            [
                [
                    item.id,
                    f"{item.created_at.astimezone():%Y-%m-%d %H:%M}",
                    item.provider_id,
                    item.name,
                ]
                for item in results
            ]
        )
    return exit_codes.OK


def _show(output: Output, result: Result) -> int:
    if output.as_json:
        artifacts = [artifact_record(artifact) for artifact in result.artifacts]
        output.record({**to_plain(result), "artifacts": artifacts})
        return exit_codes.OK
    output.line(f"{result.name}, made by {result.provider_title} {result.provider_version}")
    output.line(f"{result.created_at.astimezone():%Y-%m-%d %H:%M} in {result.duration_s:.1f} s")
    output.line(f"Licence: {result.licence}")
    output.line(str(result.folder))
    for name, value in result.params.items():
        output.line(f"  {name} = {value}")
    for artifact in result.artifacts:
        output.line(f"  {artifact.role}: {artifact.path.name}, {artifact.size_bytes} bytes")
    return exit_codes.OK


def _verdict(output: Output, problems: list[Problem]) -> int:
    for problem in problems:
        if output.as_json:
            output.record(
                {"result": problem.result_id, "file": problem.file, "problem": problem.what}
            )
        else:
            output.line(f"{problem.result_id}  {problem.file}: {problem.what}")
    if not problems and not output.as_json:
        output.line("Every sealed file is as it was stored")
    return exit_codes.NOT_ALL_DONE if problems else exit_codes.OK
