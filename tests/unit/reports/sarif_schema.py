"""The part of OASIS's SARIF 2.1.0 schema that our documents use, with nothing else allowed in the objects it names."""

from __future__ import annotations

from typing import Any


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


def _many(item: dict[str, Any], *, least: int = 0, unique: bool = False) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least, "uniqueItems": unique}


TEXT = {"type": "string"}
POSITION = {"type": "integer", "minimum": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
MESSAGE = _object(("text",), text=TEXT, markdown=TEXT)
ARTIFACT = _object(uri={"type": "string", "format": "uri-reference"}, uriBaseId=TEXT, index={"type": "integer"})
REGION = _object(startLine=POSITION, startColumn=POSITION, endLine=POSITION, endColumn=POSITION)
LOCATION = _object(
    physicalLocation=_object(artifactLocation=ARTIFACT, region=REGION),
    logicalLocations=_many(_object(fullyQualifiedName=TEXT), unique=True),
)
RULE = _object(
    ("id",),
    id=TEXT,
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=_object(enabled={"type": "boolean"}, level=LEVEL),
    properties=_object(tags=_many(TEXT, unique=True), precision=TEXT),
)
FIX = _object(
    ("artifactChanges",),
    description=MESSAGE,
    artifactChanges=_many(
        _object(
            ("artifactLocation", "replacements"),
            artifactLocation=ARTIFACT,
            replacements=_many(
                _object(("deletedRegion",), deletedRegion=REGION, insertedContent=_object(text=TEXT)), least=1
            ),
        ),
        least=1,
        unique=True,
    ),
)
RESULT = _object(
    ("message",),
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": -1},
    level=LEVEL,
    message=MESSAGE,
    locations=_many(LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    fixes=_many(FIX, unique=True),
)
NOTIFICATION = _object(("message",), level=LEVEL, message=MESSAGE)
RUN = _object(
    ("tool",),
    tool=_object(("driver",), driver=_object(("name",), name=TEXT, version=TEXT, rules=_many(RULE, unique=True))),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    originalUriBaseIds={"type": "object", "additionalProperties": _object(description=MESSAGE)},
    invocations=_many(
        _object(
            ("executionSuccessful",),
            executionSuccessful={"type": "boolean"},
            toolExecutionNotifications=_many(NOTIFICATION),
        )
    ),
    results=_many(RESULT),
)
SCHEMA = _object(
    ("version", "runs"),
    **{"$schema": {"type": "string", "format": "uri"}, "version": {"const": "2.1.0"}, "runs": _many(RUN)},
)
