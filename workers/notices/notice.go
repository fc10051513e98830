// Package notices tells people outside the program that a case needs them: by
// e-mail, and to another program by webhook. A notice holds a case number, a
// link and dates, and nothing else: no name, no address of the person whose
// case it is, nothing of the content.
//
// Sending is a job of the queue: the error says whether to try again
// (schema.Later, schema.Never, anything else). Each notice carries a key, the
// same at every try, by which the far side can drop what it had already.
package notices

import (
	"context"
	"strings"
	"time"

	"inzage/schema"
)

// Notice is one message about one case.
type Notice struct {
	// Key is the same at every try of one notice and differs between notices.
	Key string
	// Code is what it is about: a schema.ReminderCode, or schema.NoticeAsked.
	Code string
	// Extended is set where the period was extended.
	Extended bool
	Case     string
	Due      schema.Date
	// At is the moment of the entry that the notice is about.
	At time.Time
}

// Sender sends notices.
type Sender interface {
	// Send sends one notice. Sent twice, it must be recognisable by its key.
	Send(ctx context.Context, n Notice) error
}

// link is where the case stands in the desk; template holds {case}.
func link(template, number string) string { return strings.ReplaceAll(template, "{case}", number) }
