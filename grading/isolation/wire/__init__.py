"""How plain data cross between the student's kernel and the examiner's."""
