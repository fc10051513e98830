package web

import (
	"slices"
	"strings"
	"unicode/utf8"

	"inzage/schema"
)

// remark is a question of the person, or the answer to it, as it stands sealed
// with the case. The ledger knows that there is one.
type remark struct {
	When, Who string
	Answer    bool
	Text      string // empty where it was erased
}

// talk is what was asked and answered about a case, the oldest first.
func (d *Desk) talk(v *visit, entries []schema.Entry) (list []remark, err error) {
	said := func(e schema.Entry) bool { return e.Kind == schema.EntryAsked || e.Kind == schema.EntryAnswered }
	if !slices.ContainsFunc(entries, said) {
		return nil, nil
	}
	vault, err := d.Queue.Vault(v.ctx(), v.request.ID)
	if err != nil && schema.CodeOf(err) != schema.CodeErased {
		return nil, err
	}
	for _, e := range entries {
		if !said(e) {
			continue
		}
		one := remark{When: d.moment(v.lang, e.At), Who: d.actor(v, e.Actor), Answer: e.Kind == schema.EntryAnswered}
		if vault != nil {
			text, err := vault.Reason(v.ctx(), e.Kind, e.Ref)
			if err != nil {
				return nil, err
			}
			one.Text = string(text)
		}
		list = append(list, one)
	}
	return list, nil
}

// words reads what somebody typed; an error says that it cannot be taken.
func (v *visit) words(field string) (string, error) {
	text := strings.TrimSpace(strings.ReplaceAll(v.r.FormValue(field), "\r\n", "\n"))
	if len(text) > maxReason || !utf8.ValidString(text) {
		return "", schema.Fail(schema.CodeUsage, "read words", nil)
	}
	return text, nil
}

// askQuestion keeps a question of the person about their case. One that was sent
// twice is one question.
func (d *Desk) askQuestion(v *visit) error {
	return d.say(v, schema.EntryAsked, "question", "/requests/"+v.request.Case)
}

// answerQuestion answers everything that the person asked so far.
func (d *Desk) answerQuestion(v *visit) error {
	return d.say(v, schema.EntryAnswered, "answer", "/cases/"+v.request.Case)
}

func (d *Desk) say(v *visit, kind schema.EntryKind, field, page string) error {
	text, err := v.words(field)
	if err != nil {
		return err
	}
	if text == "" {
		d.sessions.notice(v.who.token, d.Catalog.Text(v.lang, "desk."+field+".empty"))
		return v.to(page)
	}
	entries, err := d.Queue.Entries(v.ctx(), v.request.ID)
	if err != nil {
		return err
	}
	talk, err := d.talk(v, entries)
	if err != nil {
		return err
	}
	if n := len(talk); n > 0 && talk[n-1].Answer == (kind == schema.EntryAnswered) && talk[n-1].Text == text {
		return d.done(v, v.request, page, "desk."+field+".done")
	}
	act := schema.Entry{Kind: kind, Actor: v.who.Actor, Ref: "sealed"}
	if _, err := v.request.Apply(act, d.today()); err != nil {
		return err // nothing is sealed that the ledger would not take
	}
	r, err := d.Queue.Say(v.ctx(), v.request.ID, act, []byte(text))
	if err != nil {
		return err
	}
	return d.done(v, r, page, "desk."+field+".done")
}
