"""Where spans go: nowhere, unless OpenTelemetry's own variables say so and it is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reconciler import __version__
from reconciler.wiring.environment import variable

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import SpanExporter


def trace(note: Callable[[str], None]) -> None:
    """Send spans where OpenTelemetry's own variables say (OTEL_TRACES_EXPORTER: `otlp` or `console`); nowhere without them.

    A provider that somebody else has set is used as it is. Trouble is noted.
    """
    wanted = variable("OTEL_TRACES_EXPORTER")
    if wanted in ("", "none") or variable("OTEL_SDK_DISABLED").lower() == "true":
        return
    from reconciler import tracing

    try:
        from opentelemetry import trace as otel
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        if not isinstance(otel.get_tracer_provider(), TracerProvider):
            provider = TracerProvider(resource=_resource())
            provider.add_span_processor(BatchSpanProcessor(_exporter(wanted)))
            otel.set_tracer_provider(provider)
        tracing.enable(otel.get_tracer("webex-licenses", __version__))
    except ImportError:
        note(
            f"OTEL_TRACES_EXPORTER is {wanted}, but OpenTelemetry is not installed: "
            "pip install 'webex-license-reconciler[otel]'."
        )
    except ValueError as error:
        note(f"No spans are sent: {error}")


def _resource() -> Resource:
    from opentelemetry.sdk.resources import Resource

    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come on top of it.
    named = bool(variable("OTEL_SERVICE_NAME"))
    return Resource.create({} if named else {"service.name": "webex-licenses", "service.version": __version__})


def _exporter(name: str) -> SpanExporter:
    if name == "console":
        import sys

        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter(out=sys.stderr, formatter=lambda span: span.to_json(indent=None) + "\n")
    if name == "otlp":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter()
    raise ValueError("OTEL_TRACES_EXPORTER must be otlp, console or none.")
