"""What this display can do with OpenGL, asked before VTK is there."""

from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext, QSurfaceFormat
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

GL_RENDERER = 0x1F01
SOFTWARE_RENDERERS = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software")
# Qt platforms that draw widgets but have nothing to put OpenGL on.
PLATFORMS_WITHOUT_OPENGL = ("offscreen", "minimal", "vnc", "linuxfb")
MULTI_SAMPLES = 4


def prime_surface_format() -> None:
    """Ask for the OpenGL that VTK needs. Call it before the first window is made.

    A window whose format changes later is taken down and made again by Qt: it flickers, and
    loses its place on the screen.
    """
    QSurfaceFormat.setDefaultFormat(_surface_format())


def prime_window(window: QWidget) -> None:
    """Have Qt build this window for OpenGL from the start. Call it before it is shown.

    The first OpenGL widget that enters a shown window makes Qt build the window anew. This
    one is there before, and never drawn.
    """
    if platform_has_opengl():
        QOpenGLWidget(window).hide()


def platform_has_opengl() -> bool:
    """Can widgets of this Qt platform draw with OpenGL at all? Costs nothing to ask."""
    return QGuiApplication.platformName() not in PLATFORMS_WITHOUT_OPENGL


def renderer_name() -> str | None:
    """The graphics driver's own name, or None where no OpenGL context can be made."""
    if not platform_has_opengl():
        return None
    context, surface = QOpenGLContext(), QOffscreenSurface()
    context.setFormat(_surface_format())
    surface.setFormat(_surface_format())
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return None
    name = context.functions().glGetString(GL_RENDERER)
    context.doneCurrent()
    return str(name)


def draws_in_software(renderer: str) -> bool:
    """Is what `renderer_name` said a driver without a graphics card?"""
    name = renderer.lower()
    return any(word in name for word in SOFTWARE_RENDERERS)


def _surface_format() -> QSurfaceFormat:
    """Desktop OpenGL 3.2 core, as pyvistaqt sets it; Wayland would offer OpenGL ES otherwise."""
    wanted = QSurfaceFormat()
    wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    wanted.setVersion(3, 2)
    wanted.setSwapBehavior(QSurfaceFormat.SwapBehavior.DoubleBuffer)
    wanted.setRedBufferSize(8)
    wanted.setGreenBufferSize(8)
    wanted.setBlueBufferSize(8)
    wanted.setAlphaBufferSize(8)
    wanted.setDepthBufferSize(8)
    wanted.setStencilBufferSize(0)
    wanted.setSamples(0)  # VTK smooths in its own buffers
    return wanted
