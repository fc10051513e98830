package workers

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"inzage/queue"
	"inzage/schema"
)

// Reception takes requests in, from whoever may bring them: the desk and the HTTP API
// share one, so that asking twice at the same moment makes one request. Hold its
// lock from looking for an open case of the person until the request is taken in.
type Reception struct {
	Queue    *queue.Queue
	Register *queue.Register // somebody runs it

	sync.Mutex
	// known are the people of open cases; who asks or files looks there.
	known map[schema.RequestID]acquainted
}

// acquainted knows people by hashes only, so that two requests of one person are
// noticed without opening each vault again.
type acquainted struct {
	subject string // the sealed subject that it was made of
	keys    []schema.Actor
}

// TakeIn takes a request in, and starts it where method says how it was checked
// who asks; it is empty where that is still to be done. The request that was
// opened is returned also where it could not be started.
func (in *Reception) TakeIn(ctx context.Context, opened schema.Entry, who schema.Subject, method schema.Code) (schema.Request, error) {
	r, err := in.Queue.New(ctx, opened, who)
	if err != nil {
		return r, err
	}
	return in.begin(ctx, r, opened.Actor, method)
}

// TakeInOnce is TakeIn for who may ask the same again by the same key, see
// queue.Queue.NewOnce. The error has CodeKeyReused where what was asked by that key
// before is not the same.
func (in *Reception) TakeInOnce(ctx context.Context, key string, opened schema.Entry, who schema.Subject, method schema.Code) (r schema.Request, made bool, err error) {
	r, made, err = in.Queue.NewOnce(ctx, key, opened, who)
	if err == nil && !made {
		err = in.same(ctx, r.ID, opened, who)
	}
	if err != nil {
		return r, made, err
	}
	if r.State != schema.StateReceived { // begun already
		method = ""
	}
	r, err = in.begin(ctx, r, opened.Actor, method)
	return r, made, err
}

// Asked reports whether the actor asked for a request by the key before.
func (in *Reception) Asked(ctx context.Context, by schema.Actor, key string) (bool, error) {
	_, err := in.Queue.Request(ctx, in.Queue.IDOf(by, key))
	if schema.CodeOf(err) == schema.CodeNotFound {
		return false, nil
	}
	return err == nil, err
}

// same refuses what is not what the request was opened with.
func (in *Reception) same(ctx context.Context, id schema.RequestID, opened schema.Entry, who schema.Subject) error {
	before, then, err := in.Queue.TakenIn(ctx, id)
	gone := schema.CodeOf(err) == schema.CodeErased
	if err != nil && !gone {
		return err
	}
	if before.Channel != opened.Channel || before.Day != opened.Day || before.Lang != opened.Lang ||
		opened.Case != "" && before.Case != opened.Case || !gone && !then.Equal(who) {
		return schema.Fail(CodeKeyReused, "take in request", nil)
	}
	return nil
}

// CodeKeyReused says that a key was used before, for something else.
const CodeKeyReused schema.Code = "key-reused"

// begin starts a request that was taken in, and waits until the lists know it.
func (in *Reception) begin(ctx context.Context, r schema.Request, by schema.Actor, method schema.Code) (schema.Request, error) {
	if method != "" {
		started, err := Start(ctx, in.Queue, r.ID, by, method)
		if err != nil {
			return r, err
		}
		r = started
	}
	return r, in.Register.Wait(ctx, r)
}

// OpenCase is an open case of the person, false where there is none. Asking again
// is a reminder, not another request (EDPB Guidelines 01/2022, 31). The caller
// holds the lock.
func (in *Reception) OpenCase(ctx context.Context, who schema.Subject) (schema.Request, bool, error) {
	if in.known == nil {
		in.known = make(map[schema.RequestID]acquainted)
	}
	keys := in.keys(who)
	maps.DeleteFunc(in.known, func(id schema.RequestID, _ acquainted) bool {
		r, ok := in.Register.Request(id)
		return !ok || !r.State.Open()
	})
	for r := range in.Register.Open() {
		known, ok := in.known[r.ID]
		if !ok || known.subject != r.Subject {
			subject, err := in.Queue.Subject(ctx, r)
			// Who it is about is not known any more, or cannot be relied on. That stops
			// nobody else.
			if code := schema.CodeOf(err); code == schema.CodeErased || code == schema.CodeNotFound || code == schema.CodeTampered {
				continue
			}
			if err != nil {
				return r, false, err
			}
			known = acquainted{r.Subject, in.keys(subject)}
			in.known[r.ID] = known
		}
		if slices.ContainsFunc(keys, func(k schema.Actor) bool { return slices.Contains(known.keys, k) }) {
			return r, true, nil
		}
	}
	return schema.Request{}, false, nil
}

// keys are what two subjects have in common if they are the same person.
func (in *Reception) keys(who schema.Subject) (keys []schema.Actor) {
	for _, p := range append(slices.Clone(who.UPNs), who.ObjectID) {
		if !p.IsEmpty() {
			keys = append(keys, in.Queue.Actor("subject", strings.ToLower(p.Reveal())))
		}
	}
	return keys
}

// Flaw is what is wrong with a field of a request, as a key desk.intake.flaw.<What>.
type Flaw struct{ Field, What string }

// The longest things that people have: an address (RFC 5321), in bytes; what is
// enough for a name, in characters, and for all addresses, in bytes and number.
const (
	maxAddress   = 254
	maxName      = 200
	maxWho       = 2000
	maxAddresses = 20
)

// Flaws is what is wrong with who asks, and with the day on which that reached the
// organisation; no day has no flaw.
func Flaws(who schema.Subject, received, today schema.Date) (flaws []Flaw) {
	wrong := func(field, what string) { flaws = append(flaws, Flaw{field, what}) }
	if utf8.RuneCountInString(who.Name.Reveal()) > maxName {
		wrong("name", "long")
	}
	size := 0
	for _, p := range who.UPNs {
		size += len(p.Reveal()) + 1
	}
	switch {
	case size > maxWho || len(who.UPNs) > maxAddresses:
		wrong("addresses", "much")
	case len(who.UPNs) == 0 && who.ObjectID.IsEmpty():
		wrong("addresses", "nobody")
	case slices.ContainsFunc(who.UPNs, func(p schema.Personal) bool { return !isAddress(p.Reveal()) }):
		wrong("addresses", "address")
	}
	if id := who.ObjectID.Reveal(); id != "" && !isGUID(id) {
		wrong("object_id", "object")
	}
	switch {
	case received.IsZero():
	case received.After(today):
		wrong("received", "future")
	case received.Before(schema.InForce()):
		wrong("received", "past")
	}
	return flaws
}

// isAddress reports whether s has the form of an address. What cannot be seen in
// it, as what is copied from a page can bring along, would match no account.
func isAddress(s string) bool {
	before, after, ok := strings.Cut(s, "@")
	return ok && before != "" && strings.Contains(after, ".") && !strings.ContainsAny(s, ",;<>\"") && !strings.Contains(after, "@") &&
		!strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsGraphic(c) || unicode.IsSpace(c) }) && len(s) <= maxAddress
}

// isGUID reports whether s has the form of an object id of Entra ID.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range s {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !strings.ContainsRune("0123456789abcdefABCDEF", c) {
				return false
			}
		}
	}
	return true
}

// SamePerson reports whether two subjects are one person, by an id or an address
// that both have.
func SamePerson(a, b schema.Subject) bool {
	if id := a.ObjectID.Reveal(); id != "" && strings.EqualFold(id, b.ObjectID.Reveal()) {
		return true
	}
	return slices.ContainsFunc(a.UPNs, func(p schema.Personal) bool { return b.HasUPN(p.Reveal()) })
}

// Remembers reports whether it is remembered, by hashes, whose the request is; of
// one that is closed it is not.
func (in *Reception) Remembers(id schema.RequestID) bool {
	in.Lock()
	defer in.Unlock()
	_, known := in.known[id]
	return known
}
