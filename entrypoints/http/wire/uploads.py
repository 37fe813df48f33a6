"""Uploads by parts in JSON."""

from collections.abc import Callable
from datetime import datetime

from pydantic import BaseModel, Field, StrictBool, StrictInt

from application.uploads import UploadState
from domain.ports.blobs import SignedRequest
from domain.upload import Part, Upload, UploadStatus
from entrypoints.http.wire.common import Asked, Id, Links, Sha256, example
from entrypoints.http.wire.recordings import recording_address

AddressOf = Callable[[Upload, int], SignedRequest | None]


class UploadPath(Asked):
    id: Id


class PartPath(Asked):
    id: Id
    n: int = Field(ge=1, le=10_000)


class PartQuery(Asked):
    signature: str = Field(max_length=1024)


class NewUpload(Asked):
    model_config = example(filename="long.wav", size=734003200, content_type="audio/wav")

    filename: str = Field(max_length=4096)
    size: StrictInt = Field(le=2**53, description="In bytes.")
    content_type: str = Field("application/octet-stream", max_length=255)
    sha256: Sha256 | None = Field(None, description="Of the whole file; compared when it is complete.")
    on_duplicate: str = Field("refuse", pattern="^(keep|refuse)$")
    part_sha256: StrictBool = Field(
        False, description="Each part is bound to its SHA-256: tell them when you ask for addresses."
    )
    tags: list[str] = Field(default_factory=list, max_length=1000, description="Those that the recording will have.")


class PartDigest(Asked):
    n: StrictInt = Field(ge=1, le=10_000)
    sha256: Sha256 = Field(description="Of the part's bytes.")


class PartDigests(Asked):
    """For an upload with `part_sha256`: of the parts that are to be sent next."""

    model_config = example(
        parts=[{"n": 1, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]
    )

    parts: list[PartDigest] = Field(max_length=10_000)

    def by_number(self) -> dict[int, str]:
        return {part.n: part.sha256 for part in self.parts}


class PartView(BaseModel):
    """Where a part of the file goes: PUT its bytes to `url`, with `headers` as they are."""

    n: int
    offset: int
    size: int
    received: bool
    url: str | None = Field(
        description="Null once it has arrived, when the upload is not open any more, and, for an upload with "
        "`part_sha256`, but in the answer to a request that told the part's digest."
    )
    headers: dict[str, str]


class UploadView(BaseModel):
    id: str
    recording: str = Field(description="The id that the recording will have.")
    filename: str
    content_type: str
    size: int
    part_size: int
    part_sha256: bool
    tags: list[str]
    status: UploadStatus
    parts: list[PartView]
    created_at: datetime
    expires_at: datetime
    links: Links

    @classmethod
    def of(cls, state: UploadState, address_of: AddressOf) -> "UploadView":
        upload, missing = state.upload, set(state.upload.missing(state.arrived))
        completed = upload.status is UploadStatus.COMPLETED
        parts = []
        for n in range(1, upload.part_count + 1):
            address = address_of(upload, n) if n in missing else None
            parts.append(
                PartView(
                    n=n,
                    offset=upload.offset_of_part(n),
                    size=upload.size_of_part(n),
                    received=completed or n not in missing,
                    url=address.url if address else None,
                    headers=dict(address.headers) if address else {},
                )
            )
        own = upload_address(upload.id)
        return cls(
            id=upload.id,
            recording=upload.recording_id,
            filename=upload.filename,
            content_type=upload.content_type,
            size=upload.size_bytes,
            part_size=upload.part_size,
            part_sha256=upload.part_sha256,
            tags=list(upload.tags),
            status=upload.status,
            parts=parts,
            created_at=upload.created_at,
            expires_at=upload.expires_at,
            links={
                "self": own,
                "parts": f"{own}/parts",
                "complete": f"{own}/complete",
                "recording": recording_address(upload.recording_id),
            },
        )


class ReceivedPart(BaseModel):
    n: int
    size: int
    etag: str

    @classmethod
    def of(cls, part: Part) -> "ReceivedPart":
        return cls(n=part.n, size=part.size_bytes, etag=part.etag)


def upload_address(upload_id: str) -> str:
    return f"/api/v1/uploads/{upload_id}"
