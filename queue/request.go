package queue

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"inzage/schema"
)

// What a vault keeps beside the sources' boxes.
const (
	boxPerson = "person" // who it is about, and what people wrote
	boxBundle = "bundle" // what was built
)

// New takes in a request: it makes its vault, seals the person in it, and opens
// its ledger with the entry, whose Kind and Ref it fills in, and its Case where
// there is none: the year and eight characters of the id. When it returns nil
// all of it is durable. Otherwise what was made goes at once; where it cannot be
// told whether the entry was written all the same, Sweep looks a day later.
func (q *Queue) New(ctx context.Context, opened schema.Entry, who schema.Subject) (schema.Request, error) {
	id := NewID()
	r, err := q.open(ctx, id, opened, who)
	if err == nil {
		return r, nil
	}
	code := schema.CodeOf(err)
	if code != schema.CodeUnreachable && code != schema.CodeInterrupted && q.role != RoleIntake { // which may not erase
		_ = q.shred(context.WithoutCancel(ctx), id) // else Sweep does it
	}
	return schema.Request{}, err
}

// NewOnce is New for who may ask the same again, not knowing whether it was done:
// by the same key of the same actor, one request is made, at the same moment and
// years later. made says that it was made now. A request that was there already
// may be about something else: see TakenIn.
func (q *Queue) NewOnce(ctx context.Context, key string, opened schema.Entry, who schema.Subject) (r schema.Request, made bool, err error) {
	id := q.IDOf(opened.Actor, key)
	if r, err = q.Request(ctx, id); schema.CodeOf(err) != schema.CodeNotFound {
		return r, false, err
	}
	// What is left of a try that failed is used by the next, or swept.
	if r, err = q.open(ctx, id, opened, who); err == nil {
		return r, true, nil
	}
	if schema.CodeOf(err) == schema.CodeConflict { // somebody asked the same, just now
		if there, err := q.Request(ctx, id); err == nil {
			return there, false, nil
		}
	}
	return r, false, err
}

// IDOf is the id of the request that an actor asks for by a key, also after the
// organisation's key was replaced. It says no more than a random one to who lacks
// that key. Only a role that has a user for the keys can make one.
func (q *Queue) IDOf(by schema.Actor, key string) schema.RequestID {
	secret := q.lasting.actor.For("request id")
	mac := hmac.New(sha256.New, secret.secret[:])
	_, _ = mac.Write([]byte(string(by) + "\x00" + key))
	return requestID([16]byte(mac.Sum(nil)))
}

func (q *Queue) open(ctx context.Context, id schema.RequestID, opened schema.Entry, who schema.Subject) (schema.Request, error) {
	v, err := q.makeVault(ctx, id)
	if err != nil {
		return schema.Request{}, err
	}
	ref, err := v.KeepSubject(ctx, who)
	if err != nil {
		return schema.Request{}, err
	}
	opened.Kind, opened.Ref = schema.EntryOpened, ref
	if opened.Case == "" {
		opened.Case = strconv.Itoa(opened.Day.Year()) + "-" + strings.ToUpper(string(id[:8]))
	}
	return q.Append(ctx, id, opened)
}

// TakenIn returns the entry that opened a request, and the person as they were
// given with it. The error has CodeErased where that is gone; the entry is there.
func (q *Queue) TakenIn(ctx context.Context, id schema.RequestID) (schema.Entry, schema.Subject, error) {
	entries, err := q.Entries(ctx, id)
	if err != nil {
		return schema.Entry{}, schema.Subject{}, err
	}
	who, err := q.Subject(ctx, schema.Request{ID: id, Subject: entries[0].Ref})
	return entries[0], who, err
}

// Subject returns the person that a request is about. CodeTampered says that it
// is not the person that the ledger names.
func (q *Queue) Subject(ctx context.Context, r schema.Request) (schema.Subject, error) {
	v, err := q.Vault(ctx, r.ID)
	if err != nil {
		return schema.Subject{}, err
	}
	text, err := v.Kept(ctx, "subject", r.Subject)
	if err != nil {
		return schema.Subject{}, err
	}
	var p person
	if err := json.Unmarshal(text, &p); err != nil {
		return schema.Subject{}, schema.Fail(schema.CodeTampered, "read person", nil)
	}
	return p.subject(), nil
}

// Keep seals a text that belongs to an entry (a reason, a ground in words) and
// returns what the entry's Ref must hold: a hash of the sealed bytes, so that
// nothing about the text can be guessed from the ledger once it is erased. A
// text that is kept under the same name later stands beside it, so that what an
// entry refers to is there whoever writes next.
func (v *Vault) Keep(ctx context.Context, name string, text []byte) (ref string, err error) {
	sealed, err := Seal(v.key, "kept "+name, text)
	if err != nil {
		return "", err
	}
	ref = hashOf(sealed)
	_, err = v.Box(boxPerson).Put(ctx, name+"/"+ref, bytes.NewReader(sealed))
	return ref, err
}

// KeepSubject seals the person as the directory knows them, for an entry
// EntryResolved.
func (v *Vault) KeepSubject(ctx context.Context, who schema.Subject) (ref string, err error) {
	text, err := json.Marshal(revealed(who))
	if err != nil {
		return "", schema.Fail(schema.CodeInternal, "seal person", err)
	}
	return v.Keep(ctx, "subject", text)
}

// Kept returns the text that was kept under a name; the Ref proves that it is
// the one that the entry is about.
func (v *Vault) Kept(ctx context.Context, name, ref string) ([]byte, error) {
	r, err := v.Box(boxPerson).Open(ctx, name+"/"+ref)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	sealed, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if hashOf(sealed) != ref {
		return nil, schema.Fail(schema.CodeTampered, "read kept text", nil)
	}
	return Unseal(v.key, "kept "+name, sealed)
}

// Bundle is where the built bundle is.
func (v *Vault) Bundle() *Box { return v.Box(boxBundle) }

// person is a schema.Subject that can be written down, for the vault only.
type person struct {
	Name     string   `json:"name,omitempty"`
	UPNs     []string `json:"upns,omitempty"`
	ObjectID string   `json:"object_id,omitempty"`
	TenantID string   `json:"tenant_id,omitempty"`
	PUID     string   `json:"puid,omitempty"`
	SIDs     []string `json:"sids,omitempty"`
	LocalIDs []string `json:"local_ids,omitempty"`
	Devices  []string `json:"devices,omitempty"`
}

func revealed(s schema.Subject) person {
	all := func(list []schema.Personal) (plain []string) {
		for _, p := range list {
			plain = append(plain, p.Reveal())
		}
		return plain
	}
	return person{
		s.Name.Reveal(), all(s.UPNs), s.ObjectID.Reveal(), s.TenantID.Reveal(), s.PUID.Reveal(),
		all(s.SIDs), all(s.LocalIDs), all(s.Devices),
	}
}

func (p person) subject() schema.Subject {
	all := func(list []string) (closed []schema.Personal) {
		for _, s := range list {
			closed = append(closed, schema.NewPersonal(s))
		}
		return closed
	}
	return schema.Subject{
		Name: schema.NewPersonal(p.Name), UPNs: all(p.UPNs), ObjectID: schema.NewPersonal(p.ObjectID),
		TenantID: schema.NewPersonal(p.TenantID), PUID: schema.NewPersonal(p.PUID),
		SIDs: all(p.SIDs), LocalIDs: all(p.LocalIDs), Devices: all(p.Devices),
	}
}
