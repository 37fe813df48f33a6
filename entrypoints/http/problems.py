"""Every problem that an answer may name: what it means, and what to do. The pages under /problems are made of this."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape


@dataclass(frozen=True, slots=True)
class ProblemPage:
    title: str
    means: str
    remedy: str


PROBLEMS: Mapping[str, ProblemPage] = {
    # ---- of the request ------------------------------------------------------------------------------------------
    "bad-request": ProblemPage(
        "The request cannot be carried out",
        "The request is not well-formed: a body that is not JSON, a broken multipart form, or a header out of shape.",
        "Read `detail`, mend the request and send it again.",
    ),
    "invalid": ProblemPage(
        "A value is not valid",
        "A value that came with the request breaks a rule. `field` names it.",
        "Change the value as `detail` says.",
    ),
    "validation-failed": ProblemPage(
        "Fields of the request are not valid",
        "Fields of the body or parameters of the query are missing, unknown or of the wrong type. `errors` lists them.",
        "Mend each of `errors` and send the request again. /openapi.json has every field with its type.",
    ),
    "unsupported-content-type": ProblemPage(
        "The body is of a type that is not read here",
        "The Content-Type or Content-Encoding is none that this address takes.",
        "Send JSON as application/json, a change as application/merge-patch+json, a file without Content-Encoding.",
    ),
    "method-not-allowed": ProblemPage(
        "The address does not take this method",
        "The address exists, and this method does not exist on it. `Allow` lists those that do.",
        "Use one of the methods in `Allow`.",
    ),
    "not-acceptable": ProblemPage(
        "No answer of the accepted types",
        "The Accept header leaves out every type that this address can answer with.",
        "Accept application/json and application/problem+json.",
    ),
    "too-large": ProblemPage(
        "The request is larger than is allowed",
        "The file or body is larger than the limit; `limit_bytes` says it where it is known.",
        "Send less. The limit for files is the setting AUDIO_MAX_UPLOAD_BYTES.",
    ),
    "incomplete-body": ProblemPage(
        "The bytes ended too early",
        "Fewer bytes arrived than were announced. Nothing was stored.",
        "Send the file again. Over an unsteady line, use an upload by parts.",
    ),
    "digest-mismatch": ProblemPage(
        "The bytes are not the bytes that were announced",
        "The SHA-256 of what arrived differs from Content-Digest or sha256. Nothing was stored.",
        "Compute the digest anew and send the file again.",
    ),
    "range-not-satisfiable": ProblemPage(
        "The range lies outside the content",
        "The Range header asks for bytes beyond the end. Content-Range has the true size.",
        "Ask for a range inside of it.",
    ),
    "invalid-stretch": ProblemPage(
        "The stretch of time cannot be had",
        "Its end is not behind its start, it reaches beyond the end of the recording (`duration_seconds`), or it is "
        "longer than what is made in one request (`max_seconds`).",
        "Ask for a stretch inside the recording, in seconds; a long one in pieces.",
    ),
    # ---- of the file ---------------------------------------------------------------------------------------------
    "unsupported-media-type": ProblemPage(
        "The content is not audio of a supported format",
        "The bytes are not audio that this service knows, whatever the file's name says.",
        "Send wav, aiff, caf, flac, mp3, ogg, opus, m4a, aac, wma or webm.",
    ),
    "unusable-audio": ProblemPage(
        "The audio cannot be used",
        "The file is audio of a kind that is refused.",
        "Read `detail`; export the file anew.",
    ),
    "empty-audio": ProblemPage(
        "There is no sound in the file",
        "The file is empty, or has a header and not one sample.",
        "Export the recording again and look at its length.",
    ),
    "unsupported-parameters": ProblemPage(
        "The audio's parameters are outside what is accepted",
        "The sample rate, the channels or the bit depth lie outside the limits.",
        "Convert the file to a usual rate (8 to 192 kHz) and a usual number of channels.",
    ),
    "decoded-size-limit": ProblemPage(
        "The audio grows too large when it is decoded",
        "The file holds, or claims, more sound than is decoded here.",
        "Split the recording.",
    ),
    "metadata-limit": ProblemPage(
        "The file carries too much metadata",
        "Its tags or pictures are larger or more than is read.",
        "Remove tags and pictures, and send the file again.",
    ),
    "non-finite-samples": ProblemPage(
        "The audio holds samples that are not numbers",
        "Floating point samples are NaN or infinite.",
        "Mend the export that made them; 24-bit integers cannot hold such samples.",
    ),
    "undecodable-audio": ProblemPage(
        "The audio cannot be decoded",
        "The file starts like audio and then cannot be decoded.",
        "Play the file elsewhere; if it is damaged, send another copy.",
    ),
    "engine-failure": ProblemPage(
        "The audio engine could not get through the file",
        "Decoding the file ended the process that did it, or ran out of its limits.",
        "Convert the file to wav or flac and send that.",
    ),
    "duplicate-recording": ProblemPage(
        "The library has these bytes already",
        "Another recording of the library has the same bytes. `recording_id` and `recording` name it.",
        "Use that recording, or send the file with on_duplicate=keep.",
    ),
    # ---- of who asks ---------------------------------------------------------------------------------------------
    "unauthenticated": ProblemPage(
        "A valid key is needed",
        "There is no key in the request, or it is unknown, expired or revoked.",
        "Send `Authorization: Bearer ak_…` with a key of the library.",
    ),
    "forbidden": ProblemPage(
        "The key does not permit this",
        "The key's role is too low, or a signed address was changed or has expired.",
        "Use a key with a higher role; ask for fresh addresses with POST /api/v1/uploads/{id}/parts.",
    ),
    "csrf-token": ProblemPage(
        "The page is older than the session",
        "A request with the panel's cookie would change something, and X-CSRF-Token is not that of the session.",
        "Reload the page. Programs send a key as `Authorization: Bearer ak_…`, and need no such token.",
    ),
    "rate-limited": ProblemPage(
        "Too many requests",
        "The key has sent more requests than it may within a minute.",
        "Wait for the seconds that Retry-After says.",
    ),
    # ---- of the state --------------------------------------------------------------------------------------------
    "not-found": ProblemPage(
        "There is no such thing",
        "The library has nothing under this id, or the address does not exist.",
        "Look at the id. A key sees its own library and nothing else.",
    ),
    "gone": ProblemPage(
        "It was here and is no more",
        "The thing has expired.",
        "Start a new one.",
    ),
    "conflict": ProblemPage(
        "The state does not allow this",
        "What was asked does not fit the present state. `detail` says how.",
        "Load the thing again and decide anew.",
    ),
    "illegal-transition": ProblemPage(
        "The status does not allow this",
        "A thing in its `current_status` cannot do what was asked.",
        "Load it again; wait, restore or retry as `detail` says.",
    ),
    "not-measured": ProblemPage(
        "The analysis has no number for this",
        "What was asked for is reckoned from a descriptor (`descriptor`) that has no value for this recording.",
        "Look at the descriptor's `reason` in the analysis. Silence, or less than 400 ms, has no loudness.",
    ),
    "proof-failed": ProblemPage(
        "The result is not what the recipe promises",
        "What the recipe made was listened to, and missed its loudness, its ceiling, its length or its format; "
        "`misses` has the figures. Nothing was kept.",
        "Do as `detail` says: allow the limiter, take another target or less gain; then run the recipe again.",
    ),
    "request-in-progress": ProblemPage(
        "The same request is being carried out",
        "The first request with this Idempotency-Key has not been answered yet.",
        "Ask again in a moment.",
    ),
    "idempotency-key-reused": ProblemPage(
        "The idempotency key belongs to another request",
        "This Idempotency-Key came with another request before, or with another key's.",
        "Take a new Idempotency-Key for every new request.",
    ),
    "version-mismatch": ProblemPage(
        "It was changed in the meantime",
        "If-Match names another version than the one that is stored.",
        "Load the thing again and repeat the change on what it is now.",
    ),
    "precondition-required": ProblemPage(
        "The request must name the version that it changes",
        "A write without If-Match could undo somebody else's change.",
        "Send If-Match with the ETag of the thing as you loaded it.",
    ),
    # ---- of the service ------------------------------------------------------------------------------------------
    "unavailable": ProblemPage(
        "The service is not available for now",
        "A part of the service does not answer.",
        "Ask again after the seconds that Retry-After says.",
    ),
    "model-failure": ProblemPage(
        "The model could not deal with the sound",
        "The model ended with an error on this sound, or answered what it cannot mean.",
        "Look at the model's own log. Another attempt on the same sound will end the same.",
    ),
    "corrupt-blob": ProblemPage(
        "Stored bytes are missing or damaged",
        "What is on record does not fit what is stored.",
        "Tell whoever runs the service the request_id.",
    ),
    "lease-lost": ProblemPage(
        "The job is in other hands",
        "A worker was replaced while it worked.",
        "Look at the job again.",
    ),
    "internal": ProblemPage(
        "The service could not do it",
        "Something unexpected went wrong inside of the service.",
        "Tell whoever runs the service the error_id; its log has the whole story under it.",
    ),
}

_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width"></head><body><main>{body}</main></body></html>'
)


def page(code: str) -> str:
    """The page of one problem. Raises KeyError when there is none of that code."""
    problem = PROBLEMS[code]
    body = Markup(
        "<h1>{}</h1><p><code>{}</code></p><h2>What it means</h2><p>{}</p><h2>What to do</h2><p>{}</p>"
    ).format(problem.title, code, problem.means, problem.remedy)
    return _PAGE.format(title=problem.title, body=body + Markup('<p><a href="/problems">All problems</a></p>'))


def index() -> str:
    rows = Markup("").join(
        Markup('<li><a href="/problems/{}">{}</a> <code>{}</code></li>').format(code, problem.title, code)
        for code, problem in PROBLEMS.items()
    )
    return _PAGE.format(title="Problems", body=Markup("<h1>{}</h1><ul>{}</ul>").format(escape("Problems"), rows))
