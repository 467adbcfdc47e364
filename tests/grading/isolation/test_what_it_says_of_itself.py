"""What the student's process says of itself is no evidence of what a function did to its arguments."""

import pytest
from isolated import errors, run

LIES = {
    "nothing has changed": """
        import gc
        from grading.isolation.wire import peer
        usual = peer.Peer._reply_to_call
        def reply_to_call(self, request, mutable):
            return usual(self, request, mutable) | {"changed": []}
        peer.Peer._reply_to_call = reply_to_call
        peer._snapshot = lambda part: None
    """,
    "there were no arguments": """
        from grading.isolation.wire import peer
        usual = peer.Peer._reply_to_call
        def reply_to_call(self, request, mutable):
            made = usual(self, request, mutable)
            self.arguments = []
            return made | {"changed": []}
        peer.Peer._reply_to_call = reply_to_call
        peer._snapshot = lambda part: None
    """,
    "digests of before": """
        from grading.isolation.wire import contents, peer
        usual = peer.Peer._reply_to_call
        def reply_to_call(self, request, mutable):
            before = contents.digests(mutable, b"a guess of it   ")
            peer.digests = lambda parts, key: before
            return usual(self, request, mutable)
        peer.Peer._reply_to_call = reply_to_call
    """,
}
SPOIL = "def spoil(array, numbers):\n    array *= 2\n    numbers.sort()\n    return array"
CHECK = """
    import numpy as np
    array, numbers = np.array([3.0, 2.0]), [2, 1]
    try:
        spoil(array, numbers)
    except Exception as error:
        assert "cannot be checked" in str(error), error
    else:
        assert not np.array_equal(array, [3, 2]) and numbers != [2, 1]
"""


@pytest.mark.parametrize("lie", LIES)
def test_a_function_that_works_in_place_is_seen_to(lie):
    assert errors(run([SPOIL, LIES[lie], ("seen", CHECK)])) == {}
