package schema

import (
	"fmt"
	"log/slog"
	"unsafe"
)

// redacted is what a Personal shows to everything but Reveal.
const redacted = "[personal]"

// Personal is a value that can say something about a person. It cannot be
// printed by accident: every fmt verb, JSON, text encoding and slog show
// "[personal]". Reveal is the only way out, and easy to search for.
//
// It keeps a pointer and a length, not a string, because fmt prints the fields
// of a struct by reflection, without calling methods, when the struct itself
// stands in an unexported field: a string would then be printed, a pointer
// shows only an address.
//
// A Personal is immutable and safe for concurrent use. Compare with Equal; the
// operator == compares identity, not text.
type Personal struct {
	data *byte
	size int
}

// NewPersonal takes s into protection. It does not copy s.
func NewPersonal(s string) Personal {
	return Personal{data: unsafe.StringData(s), size: len(s)}
}

// Reveal returns the text. Use it only where the text goes to the person it is
// about, or to a comparison.
func (p Personal) Reveal() string {
	return unsafe.String(p.data, p.size)
}

// IsEmpty reports whether there is no text.
func (p Personal) IsEmpty() bool { return p.size == 0 }

// Len is the length of the text in bytes.
func (p Personal) Len() int { return p.size }

// Equal reports whether p and q hold the same text.
func (p Personal) Equal(q Personal) bool { return p.Reveal() == q.Reveal() }

// Format hides the text from every fmt verb and flag.
func (p Personal) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// String hides the text.
func (p Personal) String() string { return redacted }

// GoString hides the text.
func (p Personal) GoString() string { return redacted }

// MarshalText hides the text from encoders, JSON map keys and XML included.
func (p Personal) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalJSON hides the text from encoding/json.
func (p Personal) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// LogValue hides the text from log/slog.
func (p Personal) LogValue() slog.Value { return slog.StringValue(redacted) }
