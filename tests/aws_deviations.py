"""What doubles do otherwise than AWS documents: these tests fail over them, and say so when one day they do not."""

from collections.abc import Mapping

_SIGNED = "adapters/aws/test_signed.py::"
_FAULTS = "adapters/aws/test_blob_faults.py::"

DEVIATIONS: Mapping[str, Mapping[str, str]] = {
    "moto": {
        "contracts/test_blobs_in_parts.py::test_a_multipart_belongs_to_its_key[aws]": (
            "it looks a multipart up by its id alone, whatever key is asked for"
        ),
        "entrypoints/http/test_uploads.py::test_an_aborted_upload_takes_no_part[aws]": (
            "it fails on a part whose multipart has ended, instead of saying so"
        ),
        **dict.fromkeys(
            (
                f"{_SIGNED}test_a_part_with_other_bytes_is_refused",
                f"{_FAULTS}test_a_byte_that_changes_on_its_way_is_not_stored",
                "entrypoints/http/test_uploads.py::test_a_part_with_another_digest_is_refused[aws]",
            ),
            "it compares no checksum with the bytes",
        ),
        **dict.fromkeys(
            (
                f"{_SIGNED}test_a_part_of_another_size_is_refused",
                f"{_SIGNED}test_a_part_without_its_digest_is_refused",
                f"{_SIGNED}test_an_address_cannot_be_changed[signature]",
                f"{_SIGNED}test_an_address_cannot_be_changed[part number]",
                f"{_SIGNED}test_an_address_cannot_be_changed[key]",
                f"{_SIGNED}test_an_address_cannot_be_changed[lifetime]",
                f"{_SIGNED}test_an_address_expires",
                f"{_SIGNED}test_an_address_to_read_is_none_to_write",
            ),
            "it looks neither at the signature of an address nor at its age",
        ),
    },
    "ministack": {
        **dict.fromkeys(
            (
                f"{_FAULTS}test_a_byte_that_changes_on_its_way_back_is_no_answer[large]",
                f"{_FAULTS}test_a_file_with_a_changed_byte_is_not_given[large]",
            ),
            "it keeps no checksum of the whole for a multipart",
        ),
    },
}
"""By double and test, the reason."""

LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "ministack": {"adapters/aws/test_processing_jobs.py": "it has no SageMaker"},
    "real": {"adapters/aws/test_processing_jobs.py": "it would start machines, and pay for them"},
}
"""By double and file, why it is not run."""
