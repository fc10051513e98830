package web

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"inzage/schema"
)

// Person is somebody who can sign in.
type Person struct {
	Actor schema.Actor
	Roles []Role // beside Employee, which everybody is
	// Name is for the head of that person's own pages.
	Name schema.Personal
	// Subject is who to ask for when that person asks for access.
	Subject schema.Subject
}

// session is one sign-in. Sessions are in memory only: a restart, or another
// process, asks people to sign in again.
type session struct {
	Person
	id     string // names it on the pages of that person; opens nothing
	token  string // of a copy only, as the browser sent it
	begun  time.Time
	asked  time.Time // when the sign-in service said last what the person may do; zero for never
	proven time.Time // when the person last proved to be that person; zero for unknown
	seen   time.Time
	notice string        // a text to show once
	ended  chan struct{} // closed when it ends by a word of the person
	live   int           // pages that are told of progress
	draft  *draft        // a list of requests that waits for a word; nil for none
}

// sessions are the sessions by the hash of their token.
type sessions struct {
	now func() time.Time
	mu  sync.Mutex
	all map[string]*session
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, all: make(map[string]*session)}
}

// begin makes a session with a new token, whatever the browser had before. Of a
// session that it goes on with, it keeps when that began, and what it holds; nil is
// none.
func (s *sessions) begin(one session, before *session) string {
	token := rand.Text()
	one.id, one.begun, one.seen, one.ended = cmp.Or(one.id, rand.Text()), s.now(), s.now(), make(chan struct{})
	if before != nil {
		one.begun, one.notice, one.draft = before.begun, before.notice, before.draft
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, old := range s.all {
		if s.ended(old) {
			delete(s.all, key)
		}
	}
	s.all[hashed(token)] = &one
	return token
}

func (s *sessions) ended(one *session) bool {
	now := s.now()
	return now.Sub(one.seen) > idle || now.Sub(one.begun) > absolute || one.rolesOlder(now, rolesLast+idle)
}

// rolesOlder reports whether it is longer ago that the sign-in service said what the
// person may do beside what everybody may.
func (s *session) rolesOlder(now time.Time, than time.Duration) bool {
	return len(s.Roles) > 0 && !s.asked.IsZero() && now.Sub(s.asked) > than
}

// find returns a copy of the session, as a sign of life of it unless it is quiet.
func (s *sessions) find(token string, quiet bool) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.all[hashed(token)]
	if !ok || s.ended(one) {
		return session{}, false
	}
	if !quiet {
		one.seen = s.now()
	}
	found := *one
	found.token = token
	return found, true
}

func (s *sessions) end(token string) {
	key := hashed(token)
	s.endAll(func(k string, _ *session) bool { return k == key })
}

// endAll ends the sessions that are meant, by the hash of their token, and counts
// those that had not ended by themselves.
func (s *sessions) endAll(meant func(key string, one *session) bool) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, one := range s.all {
		if !meant(key, one) {
			continue
		}
		if !s.ended(one) {
			n++
		}
		close(one.ended)
		delete(s.all, key)
	}
	return n
}

// of lists copies of somebody's sessions, the one that was used last first.
func (s *sessions) of(who schema.Actor) (list []session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if one.Actor == who && !s.ended(one) {
			list = append(list, *one)
		}
	}
	slices.SortFunc(list, func(a, b session) int { return cmp.Or(b.seen.Compare(a.seen), strings.Compare(a.id, b.id)) })
	return list
}

// lasts reports whether the session has not ended.
func (s *sessions) lasts(token string) bool {
	_, ok := s.find(token, true)
	return ok
}

// enter counts a page that is told of progress, and says when the person ended the
// session; false says that there are enough. leave ends it.
func (s *sessions) enter(token string) (ended <-chan struct{}, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.all[hashed(token)]
	if !ok || one.live >= mostLive {
		return nil, false
	}
	one.live++
	return one.ended, true
}

func (s *sessions) leave(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one, ok := s.all[hashed(token)]; ok {
		one.live--
	}
}

// notice keeps a text for the next page.
func (s *sessions) notice(token, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one, ok := s.all[hashed(token)]; ok {
		one.notice = text
	}
}

// noticed returns the text that was kept, once.
func (s *sessions) noticed(token string) (text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one, ok := s.all[hashed(token)]; ok {
		text, one.notice = one.notice, ""
	}
	return text
}

// keepDraft keeps a list for the session, in the place of one before it.
func (s *sessions) keepDraft(token string, one *draft) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session, ok := s.all[hashed(token)]; ok {
		session.draft = one
	}
}

// draft is the list that was kept, nil for none.
func (s *sessions) draft(token string) *draft {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session, ok := s.all[hashed(token)]; ok {
		return session.draft
	}
	return nil
}

// hashed is what is kept of a token: who reads the memory later cannot use it.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// cookieName is __Host-, which a browser takes from this host only and over TLS
// only; a desk on this machine alone has no TLS.
func (d *Desk) cookieName() string {
	if d.secure() {
		return "__Host-inzage"
	}
	return "inzage"
}

func (d *Desk) secure() bool { return len(d.Address) > 8 && d.Address[:8] == "https://" }

func (d *Desk) setCookie(w http.ResponseWriter, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: d.secure(), SameSite: http.SameSiteLaxMode,
	})
}
