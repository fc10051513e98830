package queue

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/rs/zerolog"

	"inzage/schema"
)

// Denial is something that was refused and that concerns no request: what a role
// may not do on the bus, who does not get in, what a program or a person asked of
// the service without the right to it. What concerns a request is an entry of its
// ledger (schema.EntryDenied).
type Denial struct {
	// From and Until are when it was refused first and last, Count is how often.
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	Count int       `json:"count"`
	// Role is whose record it stands in: of the role that was refused, or, where
	// somebody else was, that refused. Only its own programs can write there.
	Role Role      `json:"role"`
	Act  DenialAct `json:"act"`
	// What is what was asked for, in words of our own: a subject in which all that
	// is no such word is "*", an operation, a page, a code. It names no request and
	// nobody.
	What string `json:"what"`
	// Actor is who asked, where somebody is known.
	Actor schema.Actor `json:"actor,omitempty"`
}

// DenialAct is what somebody tried. The codes are public output.
type DenialAct string

// The acts.
const (
	DenialPublish   DenialAct = "publish"   // the server refused a role to write or ask there
	DenialSubscribe DenialAct = "subscribe" // or to listen there
	DenialConnect   DenialAct = "connect"   // the server let somebody not in
	DenialToken     DenialAct = "token"     // a token of the API that is unknown, expired or revoked
	DenialScope     DenialAct = "scope"     // a token whose scope has no such operation
	DenialPage      DenialAct = "page"      // a page of the desk for other roles
	DenialSignIn    DenialAct = "sign-in"   // signing in to the desk
)

// DenialActs lists all of them.
func DenialActs() []DenialAct {
	return []DenialAct{DenialPublish, DenialSubscribe, DenialConnect, DenialToken, DenialScope, DenialPage, DenialSignIn}
}

// The record is one stream that is only ever added to. Each role has its own
// subject in it, so its own share, and nobody can fill the share of another. What
// is over a share stays in memory and is told in the log.
const (
	denialLife  = 400 * 24 * time.Hour // how long a denial is kept
	denialShare = 30_000               // denials of a role: three weeks of one every minute
	denialSpace = 96 << 20             // of all roles, in bytes
	denialPause = time.Minute          // between two of the same kind
	denialKinds = 1000                 // that are held in memory at once; what is more is told together
	closeWait   = 5 * time.Second      // for what is written when a queue closes
)

// denialStream is where they are kept.
func denialStream(replicas int) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: streamDenials, Subjects: []string{subjectDenial + "*"}, Storage: jetstream.FileStorage, Replicas: replicas,
		DenyDelete: true, DenyPurge: true, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true,
		MaxMsgsPerSubject: denialShare, MaxBytes: denialSpace, MaxAge: denialLife, MaxMsgSize: 2 << 10,
		// A write whose answer was lost is made again, and counts once.
		Duplicates: time.Hour,
		// A role reads the last of its own, to add to; and nothing else.
		AllowDirect: true,
	}
}

// ensureDenials makes the stream.
func (q *Queue) ensureDenials(ctx context.Context) error {
	_, err := q.ledger.CreateStream(ctx, denialStream(q.opts.Replicas))
	return fail("make record of denials", err)
}

// denials is what was refused and is not on record yet.
type denials struct {
	refused atomic.Int64 // by the server, ever
	now     func() time.Time
	log     *zerolog.Logger
	fresh   chan struct{} // holds one as long as something is noted

	mu    sync.Mutex
	noted map[denialKey]*Denial
	due   []dueDenial // taken to be written

	writing sync.Mutex
}

type denialKey struct {
	act   DenialAct
	what  string
	actor schema.Actor
}

// dueDenial has an id, by which the server knows it again.
type dueDenial struct {
	Denial
	id string
}

func newDenials(ctx context.Context, now func() time.Time) *denials {
	return &denials{now: now, log: zerolog.Ctx(ctx), fresh: make(chan struct{}, 1), noted: make(map[denialKey]*Denial)}
}

// note counts one.
func (d *denials) note(act DenialAct, what string, actor schema.Actor) {
	at := d.now().UTC().Truncate(time.Millisecond)
	d.mu.Lock()
	defer d.mu.Unlock()
	key := denialKey{act, what, actor}
	if _, ok := d.noted[key]; !ok && len(d.noted) >= denialKinds {
		key = denialKey{act, "*", ""}
	}
	n, ok := d.noted[key]
	if !ok {
		n = &Denial{From: at, Act: key.act, What: key.what, Actor: key.actor}
		d.noted[key] = n
	}
	n.Until, n.Count = at, n.Count+1
	d.wake()
}

func (d *denials) wake() {
	select {
	case d.fresh <- struct{}{}:
	default:
	}
}

// take returns what is to be written: first what could not be before.
func (d *denials) take() []dueDenial {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.due) == 0 {
		for _, n := range slices.SortedFunc(maps.Values(d.noted), func(a, b *Denial) int {
			return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Act, b.Act), cmp.Compare(a.What, b.What), cmp.Compare(a.Actor, b.Actor))
		}) {
			d.due = append(d.due, dueDenial{*n, randomText(tokenIDBytes)})
		}
		clear(d.noted)
	}
	return slices.Clone(d.due)
}

// wrote takes the first away.
func (d *denials) wrote() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.due = d.due[1:]
}

// refuse notes what the server refused on a connection of the role.
func (d *denials) refuse(role Role, err error) {
	defer d.refused.Add(1) // whoever sees that it is counted finds it noted
	act, subject := DenialPublish, violated(err)
	if strings.Contains(err.Error(), "for Subscription") {
		act = DenialSubscribe
	}
	d.log.Warn().Str("code", string(schema.CodeDenied)).Str("role", string(role)).Str("subject", subject).Msg("the server refused what this role may not do")
	if what := classOf(subject); !strings.HasSuffix(what, denialSubject(role)) { // else each try to tell would be one more to tell
		d.note(act, what, "")
	}
}

// denialSubject is where the denials of a role stand; an empty one is the only
// process there is.
func denialSubject(r Role) string { return subjectDenial + string(cmp.Or(r, "inzage")) }

// Deny notes that the service itself refused something that concerns no request.
// what is a word of our own, never what somebody sent; actor is empty where nobody
// is known. WriteDenials puts it on record.
func (q *Queue) Deny(act DenialAct, what string, actor schema.Actor) {
	q.conns.denials.note(act, what, actor)
}

// WriteDenials puts on record what is refused, until ctx ends: the first at once,
// and of each kind one a minute from then on, with its count, so that a loop that
// is broken does not fill the record. Close writes the rest.
func (q *Queue) WriteDenials(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-q.conns.denials.fresh:
		}
		if err := q.RecordDenials(ctx); err != nil && ctx.Err() == nil {
			zerolog.Ctx(ctx).Warn().Str("code", string(schema.CodeOf(err))).Msg("denials are put on record later")
			q.conns.denials.wake()
		}
		_ = wait(ctx, denialPause) // it ends with ctx
	}
}

// RecordDenials puts on record what was refused until now. What cannot be written is
// kept for the next time.
func (q *Queue) RecordDenials(ctx context.Context) error {
	d := q.conns.denials
	d.writing.Lock()
	defer d.writing.Unlock()
	for list := d.take(); len(list) > 0; list = d.take() {
		for _, one := range list {
			if err := q.addDenial(ctx, one); err != nil {
				return err
			}
			d.wrote()
		}
	}
	return nil
}

// keptDenial is how one is written: with the hash of the one before it of the same
// role. The role stands in the subject.
type keptDenial struct {
	Denial
	Role Role   `json:"role,omitempty"` // hides that of Denial
	Prev string `json:"prev,omitempty"`
}

// addDenial adds one after the last of its role.
func (q *Queue) addDenial(ctx context.Context, d dueDenial) error {
	subject := denialSubject(q.role)
	stream, err := q.ledger.Stream(ctx, streamDenials)
	if err != nil {
		return fail("open record of denials", err)
	}
	for try := 0; ; try++ {
		kept, seq := keptDenial{Denial: d.Denial}, uint64(0)
		last, err := stream.GetLastMsgForSubject(ctx, subject)
		if err == nil {
			kept.Prev, seq = hashOf(last.Data), last.Sequence
		} else if schema.CodeOf(fail("read denials", err)) != schema.CodeNotFound {
			return fail("read denials", err)
		}
		text, err := json.Marshal(kept)
		if err != nil {
			return schema.Fail(schema.CodeInternal, "write denial", err)
		}
		msg := nats.NewMsg(subject)
		msg.Data = text
		msg.Header.Set(headerVersion, denialVersion)
		_, err = q.ledger.PublishMsg(ctx, msg, jetstream.WithMsgID(d.id), jetstream.WithExpectLastSequencePerSubject(seq))
		if err == nil || !raced(err) || try == updateTries {
			return fail("write denial", err)
		}
		if err := wait(ctx, jitter(time.Duration(try+1)*10*time.Millisecond)); err != nil {
			return err
		}
	}
}

// denialVersion is the version of what is written.
const denialVersion = "1"

// leaveDenials writes what is left before the connections end, also where ctx has
// ended, and says in the log what could not be.
func (q *Queue) leaveDenials(ctx context.Context) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), closeWait)
	defer stop()
	if err := q.RecordDenials(ctx); err != nil {
		n := 0
		for _, one := range q.conns.denials.take() {
			n += one.Count
		}
		q.conns.denials.log.Warn().Str("code", string(schema.CodeOf(err))).Int("denials", n).Msg("denials are not on record")
	}
}

// WatchConnects notes whom the server does not let in, until ctx ends. Of several
// that watch one notes each. Somebody without a certificate does not come as far
// as that: only the log of the server has them.
func (q *Queue) WatchConnects(ctx context.Context) error {
	sub, err := q.conns.ledger.QueueSubscribe(SubjectConnects, string(RoleClock), func(msg *nats.Msg) {
		var event struct {
			Reason string `json:"reason"`
		}
		if json.Unmarshal(msg.Data, &event) != nil || !slices.Contains(connectReasons(), slug(event.Reason)) {
			event.Reason = "other"
		}
		q.Deny(DenialConnect, slug(event.Reason), "")
	})
	if err != nil {
		return fail("watch who connects", err)
	}
	<-ctx.Done()
	_ = sub.Unsubscribe() // what fails has ended already
	return nil
}

// connectReasons are the server's words for why somebody does not come in.
func connectReasons() []string {
	return []string{"authentication-failure", "authentication-timeout", "authentication-expired", "missing-account", "credentials-revoked"}
}

func slug(text string) string { return strings.ReplaceAll(strings.ToLower(text), " ", "-") }
