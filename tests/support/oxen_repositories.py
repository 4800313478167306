"""The repositories of the Oxen service of the tests."""

import itertools
from dataclasses import dataclass, field

from tests.support.oxen_answers import not_found, parts_of, refused, unauthenticated
from tests.support.rest_service import Answer, Request, RestService

MEDIA_TYPES = {".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm"}
EXISTS_TITLE = "Repository already exists"


@dataclass
class Repository:
    """Files by path, each with its bytes; what was committed, by whom."""

    is_public: bool
    files: dict[str, bytes] = field(default_factory=dict)
    commits: list[dict[str, str]] = field(default_factory=list)


class Repositories:
    """POST makes one, PUT commits one file, GET gives it to whoever may have it."""

    def __init__(self, service: RestService, *, key: str, namespace: str) -> None:
        self._key = key
        self._namespace = namespace
        self._numbers = itertools.count(1)
        self.by_name: dict[str, Repository] = {}
        place = r"/api/repos/([^/]+/[^/]+)/file/([^/]+)/(.+)"
        service.route("POST", "/api/repos", self._create)
        service.route("PUT", place, self._put)
        service.route("GET", place, self._get)

    def _may(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self._key}"

    def _create(self, request: Request) -> Answer:
        if not self._may(request):
            return unauthenticated()
        if request.headers.get("content-type") != "application/json":
            return refused(400, "invalid_params", "Unsupported Content-Type")
        wanted = request.json()
        user = wanted.get("user") or {}
        if not all(
            (wanted.get("namespace"), wanted.get("name"), user.get("name"), user.get("email"))
        ):
            return refused(400, "invalid_params", "namespace, name and user are required")
        if wanted["namespace"] != self._namespace:
            return refused(403, "unauthorized", "You may not create repositories there")
        name = f"{wanted['namespace']}/{wanted['name']}"
        if name in self.by_name:
            return refused(409, "resource_already_exists", EXISTS_TITLE)
        self.by_name[name] = Repository(is_public=wanted.get("is_public") is True)
        made = {"namespace": wanted["namespace"], "name": wanted["name"]}
        return Answer.of({"status": "success", "repository": made})

    def _put(self, request: Request, name: str, branch: str, path: str) -> Answer:
        if not self._may(request):
            return unauthenticated()
        repository = self.by_name.get(name)
        if repository is None or branch != "main":
            return not_found()
        parts = parts_of(request)
        files = [part for part in parts if part.name == "file" and part.file_name is not None]
        listed = [part for part in parts if part.name == "files[]"]
        texts = {part.name: part.content.decode() for part in parts if part.file_name is None}
        if files and listed:
            return refused(400, "bad_request", "Ambiguous multipart payload: use either, not both")
        if listed or len(files) != 1:
            return refused(400, "bad_request", "Missing file data: expected one `file` part")
        if not texts.get("name") or not texts.get("email"):
            return refused(400, "bad_request", "Missing name or email")
        if repository.files.get(path) == files[0].content:
            return refused(400, "bad_request", "No changes to commit")
        repository.files[path] = files[0].content
        commit = {
            "id": f"{next(self._numbers):032x}",
            "author": texts["name"],
            "email": texts["email"],
            "message": texts.get("message") or f"Auto-commit files to {path}",
        }
        repository.commits.append(commit)
        return Answer.of(
            {"status": "success", "status_message": "resource_created", "commit": commit}
        )

    def _get(self, request: Request, name: str, branch: str, path: str) -> Answer:
        repository = self.by_name.get(name)
        if repository is None or branch != "main" or path not in repository.files:
            return not_found()
        if not repository.is_public and not self._may(request):
            return not_found()
        ending = path[path.rfind(".") :]
        kind = MEDIA_TYPES.get(ending, "application/octet-stream")
        return Answer(200, repository.files[path], {"Content-Type": kind})
