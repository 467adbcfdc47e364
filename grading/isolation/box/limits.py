"""What a submission may use. The defaults fit the course's lessons several times over."""

from dataclasses import dataclass

NEW = "/new"
"""An empty folder in a divided sandbox, on which to mount what then replaces another."""


@dataclass(frozen=True)
class Limits:
    """For each kernel of a submission, the student's and the examiner's.

    cell_cpu_s: seconds of processor time of one cell: threads and processes together, for a test those of both kernels.
    How long it may take by the clock, nbclient's timeout says.
    value_s: for one value to cross.
    call_s: for one call of the student's function or of what it returned, and for the next item of an iterator.
    answer_s: for an idle kernel to say that it is there; one that does not is started again.
    at_once: processes and threads that compute at the same time without giving way to everybody else.
    files: in its temporary folders.
    memory_bytes: of all its processes together, and of what lies in their folders, looked at twice a second; what one
    process may ask for is bounded by the kernel: data_bytes of its own, address_bytes in all, shared memory included.
    """

    memory_bytes: int = 6 * 2**30
    data_bytes: int = 6 * 2**30
    address_bytes: int = 12 * 2**30
    scratch_bytes: int = 512 * 2**20
    shared_memory_bytes: int = 256 * 2**20
    file_bytes: int = 256 * 2**20
    processes: int = 400
    at_once: int = 8
    files: int = 100_000
    open_files: int = 1024
    cpu_s: int = 3600
    wall_s: float = 7200
    cell_cpu_s: float = 300
    value_s: float = 60
    call_s: float = 900
    answer_s: float = 60
    output_bytes: int = 4 * 2**20
    cell_output_bytes: int = 2**20
    message_bytes: int = 32 * 2**20

    def of_a_process(self) -> dict[str, int]:
        """By the names of Python's resource module."""
        return {
            "RLIMIT_AS": self.address_bytes,
            "RLIMIT_DATA": self.data_bytes,
            "RLIMIT_NPROC": self.processes,
            "RLIMIT_FSIZE": self.file_bytes,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_CPU": self.cpu_s,
            "RLIMIT_CORE": 0,
            "RLIMIT_MEMLOCK": 0,
            "RLIMIT_MSGQUEUE": 0,
            "RLIMIT_SIGPENDING": self.processes + self.open_files,
        }
