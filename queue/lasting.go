package queue

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"inzage/schema"
)

// What the organisation's key is derived for, besides what a caller of For names.
const (
	useWrap       = "wrap"
	useRegister   = "register"
	useCheckpoint = "checkpoint"
	useActor      = "actor"
	useErase      = "erase-tampered"
)

// lasting is what has to stay as it is when the organisation's key is replaced.
// It stands sealed in the check of the key, so that who opens it has the key.
type lasting struct {
	actor  Key      // makes the ids of people; see Actor
	former []former // what followed from the keys of before, oldest first
}

// former is what is known of a key that was replaced: what it vouched for up to
// that moment holds.
type former struct {
	Signer ed25519.PublicKey `json:"signer"` // of checkpoints
	Erase  string            `json:"erase"`  // proves entries of EraseTampered
	Until  time.Time         `json:"until"`
}

func formerOf(key Key, until time.Time) former {
	signer, _ := signerOf(key).Public().(ed25519.PublicKey)
	return former{signer, key.For(useErase).Encode(), until}
}

// lastingText is how it is written.
type lastingText struct {
	Actor  string   `json:"actor"`
	Former []former `json:"former,omitempty"`
}

func (l lasting) seal(key Key) ([]byte, error) {
	text, err := json.Marshal(lastingText{l.actor.Encode(), l.former})
	if err != nil {
		return nil, schema.Fail(schema.CodeInternal, "write key check", err)
	}
	return Seal(key.For(useWrap), subjectCheck, text)
}

func openLasting(key Key, sealed []byte) (l lasting, err error) {
	text, err := Unseal(key.For(useWrap), subjectCheck, sealed)
	if err != nil {
		return l, err
	}
	if string(text) == subjectCheck { // what stores held before they had lasting things
		return lasting{actor: key.For(useActor)}, nil
	}
	var written lastingText
	if err := json.Unmarshal(text, &written); err != nil {
		return l, schema.Fail(schema.CodeDamagedStore, "read key check", err)
	}
	l.former = written.Former
	l.actor, err = ParseKey(written.Actor)
	return l, err
}

// ensureKey proves that the key is the one of this store, before anything is
// written. In an embedded server the data folder proves it too. A role without a
// user for the keys opens nothing that is sealed.
func (q *Queue) ensureKey(ctx context.Context, fresh bool) error {
	if q.keys == nil {
		return nil
	}
	stream, err := q.keys.Stream(ctx, streamCheck)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		if _, err := q.keys.Stream(ctx, streamRotation); err == nil {
			return schema.Fail(schema.CodeKeyChange, "open key check", nil)
		}
		if !fresh || q.opts.Bind {
			return schema.Fail(schema.CodeDamagedStore, "open key check", err)
		}
		if stream, err = q.keys.CreateStream(ctx, keyStream(streamCheck, subjectCheck, q.opts.Replicas)); err != nil {
			return fail("make key check", err)
		}
	}
	if err != nil {
		return fail("open key check", err)
	}
	msg, err := stream.GetLastMsgForSubject(ctx, subjectCheck)
	if errors.Is(err, jetstream.ErrMsgNotFound) && fresh && !q.opts.Bind {
		sealed, err := lasting{actor: NewKey()}.seal(q.opts.Key)
		if err != nil {
			return err
		}
		// The stream takes one message for good: of two that start at once, both
		// use what the first wrote.
		if _, err := q.keys.Publish(ctx, subjectCheck, sealed); err != nil && apiCode(err) != errStoreFailed {
			return fail("write key check", err)
		}
		return q.ensureKey(ctx, false)
	}
	if err != nil {
		return fail("read key check", err)
	}
	q.lasting, err = openLasting(q.opts.Key, msg.Data)
	return err
}
