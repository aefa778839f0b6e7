"""When an office is open, and which days count. Two questions: a Saturday session is open, yet does not count."""
