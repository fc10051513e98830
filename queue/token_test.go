package queue_test

import (
	"strings"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// A token opens what it was made for, until it expires or is revoked; what is
// stored does not give it back.
func TestToken(t *testing.T) {
	t.Parallel()
	now := time.Now()
	q := queuetest.New(t, func(o *queue.Options) { o.Now = func() time.Time { return now } })
	newToken := func(client string, scopes ...queue.Scope) (queue.Token, string, error) {
		return q.NewToken(t.Context(), queue.Token{Client: client, Scopes: scopes, By: "somebody", Expires: now.Add(time.Hour)})
	}
	made, text, err := newToken("zaaksysteem", queue.ScopeRead, queue.ScopeCreate, queue.ScopeRead)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	other, otherText, err := newToken("formulier", queue.ScopeCreate)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	shown, err := q.Token(t.Context(), text)
	if err != nil || shown.Client != "zaaksysteem" || !shown.Has(queue.ScopeRead) || shown.Has(queue.ScopeLedger) || len(shown.Scopes) != 2 {
		t.Errorf("%+v, %s", shown, queuetest.Why(err))
	}
	if a := shown.Actor(); a != "client-zaaksysteem" || !a.Client() {
		t.Errorf("in the ledger it is %q", a)
	}
	for name, wrong := range map[string]string{
		"nothing": "", "no token": "inzage_a_b", "its id alone": "inzage_" + made.ID + "_", "another's secret": text[:strings.LastIndex(text, "_")] + otherText[strings.LastIndex(otherText, "_"):],
		"a pattern": "inzage_*_x", "cut off": text[:len(text)-1],
	} {
		if _, err := q.Token(t.Context(), wrong); schema.CodeOf(err) != queue.CodeTokenUnknown {
			t.Errorf("%s: %s", name, queuetest.Why(err))
		}
	}
	if _, err := q.RevokeToken(t.Context(), other.ID, "somebody"); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if _, err := q.Token(t.Context(), otherText); schema.CodeOf(err) != queue.CodeTokenRevoked {
		t.Errorf("revoked: %s", queuetest.Why(err))
	}
	if _, err := q.RevokeToken(t.Context(), strings.Repeat("a", 16), "somebody"); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("no such token: %s", queuetest.Why(err))
	}
	now = now.Add(2 * time.Hour)
	if _, err := q.Token(t.Context(), text); schema.CodeOf(err) != queue.CodeTokenExpired {
		t.Errorf("expired: %s", queuetest.Why(err))
	}
	list, err := q.Tokens(t.Context())
	if err != nil || len(list) != 2 || list[0].Revoked.IsZero() == list[1].Revoked.IsZero() {
		t.Errorf("%+v, %s", list, queuetest.Why(err))
	}
	for name, bad := range map[string]queue.Token{
		"no name": {Scopes: queue.Scopes()}, "a name with a space": {Client: "J. Jansen", Scopes: queue.Scopes()},
		"no scope": {Client: "a"}, "an unknown scope": {Client: "a", Scopes: []queue.Scope{"all"}}, "no end": {Client: "a", Scopes: queue.Scopes(), Expires: now.Add(-time.Second)},
	} {
		if bad.Expires.IsZero() {
			bad.Expires = now.Add(time.Hour)
		}
		if _, _, err := q.NewToken(t.Context(), bad); schema.CodeOf(err) != schema.CodeUsage {
			t.Errorf("%s: %s", name, queuetest.Why(err))
		}
	}
}
