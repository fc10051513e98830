package web

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"inzage/queue"
	"inzage/schema"
)

// feedLasts is how long the address of a calendar works, in days: who leaves, or
// is officer no longer, should not see dates for good.
const feedLasts = 180

// feed is the calendar of one officer, as it is kept. A program that shows a
// calendar cannot sign in, so the address has a secret in it (decision 0021);
// only its hash is kept.
type feed struct {
	Hash string      `json:"hash"`
	Lang schema.Lang `json:"lang"`
	Made time.Time   `json:"made"`
}

// calendarPage is where an officer makes, renews and ends that address.
type calendarPage struct {
	Made, Until schema.Date // zero where there is none
	Gone        bool        // Until has passed
	Address     string      // once, when it was made
}

// feeds are the calendars, by who has them.
func (d *Desk) feeds() queue.Shelf { return d.Queue.Shelf("calendar") }

// feedName stands for the officer in the address of a calendar: not the id that
// is in ledgers.
func (d *Desk) feedName(who schema.Actor) string {
	return string(d.Queue.Actor("calendar", string(who)))
}

func (d *Desk) feedUntil(f feed) schema.Date {
	return schema.CivilDate(f.Made, d.Zone).AddDays(feedLasts)
}

// feed reads what is kept under a name, with CodeNotFound where nothing is.
func (d *Desk) feed(v *visit, name string) (f feed, err error) {
	text, err := d.feeds().Get(v.ctx(), name)
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return f, schema.Fail(schema.CodeTampered, "read calendar", nil)
	}
	return f, nil
}

func (d *Desk) calendarPage(v *visit) error {
	f, err := d.feed(v, d.feedName(v.who.Actor))
	if err != nil && schema.CodeOf(err) != schema.CodeNotFound {
		return err
	}
	var p calendarPage
	if err == nil {
		p = d.aboutFeed(f)
	}
	return d.show(v, http.StatusOK, "calendar", p)
}

func (d *Desk) aboutFeed(f feed) calendarPage {
	until := d.feedUntil(f)
	return calendarPage{Made: schema.CivilDate(f.Made, d.Zone), Until: until, Gone: d.today().After(until)}
}

// changeCalendar makes an address, in the place of one before it, or ends it.
func (d *Desk) changeCalendar(v *visit) error {
	name := d.feedName(v.who.Actor)
	switch v.r.FormValue("do") {
	case "make":
	case "end":
		if err := d.feeds().Change(v.ctx(), name, func([]byte) ([]byte, error) { return nil, nil }); err != nil {
			return err
		}
		d.sessions.notice(v.who.token, d.Catalog.Text(v.lang, "desk.calendar.ended"))
		return v.to("/oversight/calendar")
	default:
		return schema.Fail(schema.CodeUsage, "change calendar", nil)
	}
	token := rand.Text()
	f := feed{Hash: hashed(token), Lang: v.lang, Made: d.Now()}
	err := d.feeds().Change(v.ctx(), name, func([]byte) ([]byte, error) { return json.Marshal(f) })
	if err != nil {
		return err
	}
	p := d.aboutFeed(f)
	p.Address = d.outside(v) + "/calendar/" + name + "/" + token + ".ics"
	return d.show(v, http.StatusOK, "calendar", p)
}

// outside is how the desk is reached from outside; as the visitor reached it
// where that is not configured.
func (d *Desk) outside(v *visit) string {
	if d.Address != "" {
		return d.Address
	}
	return "http://" + v.r.Host
}

// calendar gives the dates of all open cases, to whoever has the address: case
// numbers and dates, nothing about anybody. An address that is wrong, was
// renewed or ended, or is too old is no page at all.
func (d *Desk) calendar(v *visit) error {
	f, err := d.feed(v, v.r.PathValue("whose"))
	if err != nil {
		return err
	}
	token, whole := strings.CutSuffix(v.r.PathValue("token"), ".ics")
	same := subtle.ConstantTimeCompare([]byte(hashed(token)), []byte(f.Hash)) == 1
	until := d.feedUntil(f)
	if !whole || !same || d.today().After(until) {
		return schema.Fail(schema.CodeNotFound, "find calendar", nil)
	}
	var c ical
	c.begin(d.Catalog.Text(f.Lang, "desk.calendar.name"))
	for r := range d.Register.Open() {
		e := event{
			ID: hashed("calendar " + string(r.ID))[:32] + "@inzage", Day: r.Due(), Written: r.Changed, Alarms: []int{10, 5, 1},
			Summary: d.Catalog.Text(f.Lang, "desk.calendar.due", "case", r.Case), Link: d.outside(v) + "/oversight/" + r.Case,
		}
		if r.Extended {
			e.Changes = 1
		}
		c.add(e)
	}
	c.add(event{
		ID: hashed("calendar " + f.Hash)[:32] + "@inzage", Day: until, Written: f.Made, Alarms: []int{5},
		Summary: d.Catalog.Text(f.Lang, "desk.calendar.lapses"), Link: d.outside(v) + "/oversight/calendar",
	})
	v.w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	_ = c.end(v.w) // who went away needs no answer
	return nil
}
