package listing

import "time"

// Moment reads a time. One without zone is in UTC, as the logs of Microsoft say
// of theirs; a date in the order of some country's is not guessed.
func Moment(text string) (time.Time, bool) {
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
		if at, err := time.Parse(form, text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}
