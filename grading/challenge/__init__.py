"""The challenge, from the instructor's side: secret jets, checked submissions, statistics, leaderboard."""
