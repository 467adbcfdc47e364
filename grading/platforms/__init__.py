"""Learning platforms (Moodle, Canvas): what an instructor downloads there, and the tables that take grades."""
