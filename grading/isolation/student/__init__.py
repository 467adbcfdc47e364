"""What runs in the student's sandbox. Holds no test and no answer."""
