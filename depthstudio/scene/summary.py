"""What a scene holds, as the strip under the view says it."""

from dataclasses import dataclass

from depthstudio.core.views import DepthKind, Views


@dataclass(frozen=True)
class SceneSummary:
    """Counts, and the size of the box around everything in the unit of the positions."""

    points: int = 0
    triangles: int = 0
    cameras: int = 0
    size: tuple[float, float, float] | None = None
    unit: str = ""

    @property
    def text(self) -> str:
        """Such as "196 608 points · 390 150 triangles · 1.00 × 0.67 × 0.30"."""
        counts = ((self.points, "point"), (self.triangles, "triangle"), (self.cameras, "camera"))
        parts = [counted(count, word) for count, word in counts if count]
        if self.size is not None:
            box = "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}".join(_length(side) for side in self.size)
            parts.append(box + (f"\N{NO-BREAK SPACE}{self.unit}" if self.unit else ""))
        return " · ".join(parts)


def summarise(views: Views) -> SceneSummary:
    """Count what `views` shows in 3D. Reads every position once."""
    from depthstudio.scene.bounds import bounds_of_views  # numpy, which an empty view does without

    bounds = bounds_of_views(views)
    metric = views.depth is not None and views.depth.kind is DepthKind.METRIC
    size = None
    if bounds is not None:
        width, height, depth = (float(side) for side in bounds.size)
        size = (width, height, depth)
    return SceneSummary(
        points=sum(len(cloud) for cloud in views.clouds),
        triangles=sum(len(mesh.triangles) for mesh in views.meshes),
        cameras=len(views.cameras) if views.cameras is not None else 0,
        size=size,
        unit="m" if metric else views.scene_unit,
    )


def counted(count: int, word: str) -> str:
    """A count with its thousands set apart, and its noun: "196 608 points"."""
    grouped = f"{count:,}".replace(",", "\N{NO-BREAK SPACE}")
    return f"{grouped}\N{NO-BREAK SPACE}{word}{'' if count == 1 else 's'}"


def _length(value: float) -> str:
    """Two decimals, or three digits where two decimals would show nothing."""
    return f"{value:.2f}" if value == 0 or value >= 0.095 else f"{value:.3g}"
