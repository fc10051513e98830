package schema

import (
	"errors"
	"time"
)

// Later makes the outcome of a job that has to wait: it runs again after d, and
// the run is not a try. A d of zero or less lets the queue choose.
func Later(d time.Duration) error { return &later{after: d} }

// IsLater reports whether err asks to run again, and after how long.
func IsLater(err error) (time.Duration, bool) {
	l, ok := errors.AsType[*later](err)
	if !ok {
		return 0, false
	}
	return l.after, true
}

type later struct{ after time.Duration }

// Error implements error.
func (*later) Error() string { return "later" }

// Never makes the outcome of a job that no further try can mend. It keeps err's
// code and chain; nil stays nil.
func Never(err error) error {
	if err == nil {
		return nil
	}
	return &never{cause: err}
}

// IsNever reports whether err says that no further try can mend it.
func IsNever(err error) bool {
	_, ok := errors.AsType[*never](err)
	return ok
}

type never struct{ cause error }

// Error implements error.
func (n *never) Error() string { return n.cause.Error() }

// Unwrap returns the cause.
func (n *never) Unwrap() error { return n.cause }
