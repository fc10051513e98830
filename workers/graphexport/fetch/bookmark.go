package fetch

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"inzage/schema"
)

// stage is how far a fetch is; see the package's story.
type stage string

const (
	stageNothing stage = ""
	stageNamed   stage = "named"   // a container has a name
	stageAsking  stage = "asking"  // the order may have been sent
	stageWaiting stage = "waiting" // the order was accepted
	stageEnded   stage = "ended"   // no more files will come
	stageStored  stage = "stored"  // every file is in the box
	stageDone    stage = "done"    // the container is gone
)

// bookmark is what a fetch remembers from one try to the next. ObjectID is
// personal data: the box seals the bookmark as it seals everything.
type bookmark struct {
	Stage stage `json:"stage"`
	// Order is the order that was at work last.
	Order     int    `json:"order,omitempty"`
	Container string `json:"container,omitempty"`
	ObjectID  string `json:"object_id,omitempty"`
	// Asked is when the order was sent, Ordered when it was known to be accepted.
	Asked   time.Time `json:"asked,omitzero"`
	Ordered time.Time `json:"ordered,omitzero"`
	// Operation is the id at the service; empty where the answer was lost or
	// named none.
	Operation string `json:"operation,omitempty"`
	// Confirmed tells that the service named the person as the operation's.
	Confirmed bool `json:"confirmed,omitempty"`
	// Attempts counts the orders that came to nothing, Throttled the answers of
	// 429 in a row.
	Attempts  int `json:"attempts,omitempty"`
	Throttled int `json:"throttled,omitempty"`
	// Why is why the export ended otherwise than complete, and Fate the code
	// with which the job gives up once all is cleaned up.
	Why  schema.Code `json:"why,omitempty"`
	Fate schema.Code `json:"fate,omitempty"`
}

// try is one run of one fetch.
type try struct {
	*Source

	who  schema.Subject
	box  schema.Box
	mark bookmark
	text []byte // of the mark, as noted last
	sent bool   // this very run has made the mark "asking"
}

// load reads the bookmark.
func (t *try) load(ctx context.Context) error {
	text, err := t.box.Bookmark(ctx)
	if err != nil {
		return err
	}
	t.text = text
	if len(text) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, &t.mark); err != nil {
		return schema.Never(schema.Fail(schema.CodeInternal, "read bookmark", err))
	}
	if t.mark.Stage == stageDone && t.mark.Order != t.box.Order() {
		t.mark = bookmark{} // asked for once more: another export
	}
	return nil
}

// note makes the mark durable, and so allows the act that follows it. A worker
// that was cut off and came back late finds another's note, and stops.
func (t *try) note(ctx context.Context) error {
	if err := t.mine(ctx); err != nil {
		return err
	}
	t.mark.Order = t.box.Order()
	text, err := json.Marshal(t.mark)
	if err != nil {
		return schema.Fail(schema.CodeInternal, "write bookmark", err)
	}
	if err := t.box.Note(ctx, text); err != nil {
		return err
	}
	t.text = text
	return nil
}

// mine checks that nobody else has noted anything since.
func (t *try) mine(ctx context.Context) error {
	text, err := t.box.Bookmark(ctx)
	if err != nil {
		return err
	}
	if !bytes.Equal(text, t.text) {
		return schema.Fail(schema.CodeConflict, "note progress", nil)
	}
	return nil
}

// to notes the next stage.
func (t *try) to(ctx context.Context, s stage) error {
	t.mark.Stage = s
	return t.note(ctx)
}

// end notes that no more files will come, and why if the service did not say
// that it was complete.
func (t *try) end(ctx context.Context, why schema.Code) error {
	t.mark.Why = why
	return t.to(ctx, stageEnded)
}

// again gives an order up and notes that the next one begins anew, in a fresh
// container.
func (t *try) again(ctx context.Context) error {
	return t.drop(ctx, bookmark{Attempts: t.mark.Attempts + 1, Throttled: t.mark.Throttled})
}

// drop deletes the container and notes what remains to be remembered. Deleting
// it also sees to it that an order which is still on its way is refused.
func (t *try) drop(ctx context.Context, rest bookmark) error {
	if err := t.mine(ctx); err != nil {
		return err
	}
	if err := t.store.remove(ctx, t.mark.Container); err != nil {
		return coded("delete container", err)
	}
	t.mark = rest
	return t.note(ctx)
}
