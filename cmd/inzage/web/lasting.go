package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"inzage/schema"
)

// A page with a session says for how long that goes on, and its script
// (static/session.js) asks again before it says that the session ends: there may be
// other pages. It is told in seconds and not as a moment, as a browser's clock may
// be wrong.

const sessionPath = "/session"

// lasts is what a page says of its session.
type lasts struct {
	ID, Left, Script string
	Minutes, Hours   int // that a session lasts in silence, and in all
}

func (d *Desk) lasts(v *visit) *lasts {
	return &lasts{v.who.id, v.who.left(d.Now()), d.pages.sessionName, int(idle.Minutes()), int(absolute.Hours())}
}

// left is in how many seconds the session ends: where nothing happens; where no page
// is opened, before which the sign-in service says again what the person may do; and
// whatever happens.
func (s *session) left(now time.Time) string {
	all := s.begun.Add(absolute)
	roles := all
	if len(s.Roles) > 0 && !s.asked.IsZero() {
		roles = s.asked.Add(rolesLast + idle)
	}
	var text []string
	for _, end := range []time.Time{s.seen.Add(idle), roles, all} {
		text = append(text, strconv.Itoa(int(end.Sub(now)/time.Second)+1)) // never none: it has not ended
	}
	return strings.Join(text, " ")
}

// lasting says for how long the session of a page goes on: to GET without a sign of
// life, to POST as one. A browser in which another session began meanwhile is told
// what one is told whose session is over.
func (d *Desk) lasting(v *visit) error {
	if v.r.FormValue("of") != v.who.id {
		return schema.Fail(codeSignIn, "find session", nil)
	}
	v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write([]byte(v.who.left(d.Now())))
	return nil
}
