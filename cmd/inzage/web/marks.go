package web

import (
	"encoding/json"
	"slices"
	"strings"

	"inzage/queue"
	"inzage/schema"
	"inzage/workers"
)

// task is work for who keeps the catalog: how often people marked the sentence
// of an event. It says of whom or of which case nowhere.
type task struct {
	Event   string       `json:"event"`
	Rule    string       `json:"rule,omitempty"` // the sentence in the catalog
	Layer   schema.Layer `json:"layer"`
	Unclear int          `json:"unclear"`
	Wrong   int          `json:"wrong"`
}

// tasks are kept by event and sentence.
func (d *Desk) tasks() queue.Shelf { return d.Queue.Shelf("task") }

// mostMarks is how many sentences of one answer can be marked.
const mostMarks = 100

// marked is what a person said of a sentence.
type marked struct {
	Event string // empty where it was erased
	Code  schema.Code
}

// marked lists what the person marked, as it stands sealed with the case.
func (d *Desk) marked(v *visit, entries []schema.Entry) (list []marked, err error) {
	var vault *queue.Vault
	for _, e := range entries {
		if e.Kind != schema.EntryMarked {
			continue
		}
		if vault == nil {
			vault, err = d.Queue.Vault(v.ctx(), v.request.ID)
			if schema.CodeOf(err) == schema.CodeErased {
				return nil, nil
			}
			if err != nil {
				return nil, err
			}
		}
		event, err := vault.Reason(v.ctx(), e.Kind, e.Ref)
		if err != nil {
			return nil, err
		}
		list = append(list, marked{string(event), e.Code})
	}
	return list, nil
}

// mark takes what the person says of a sentence, by the name of the event as it
// stands in the answer. What goes to the catalog is that name and the sentence,
// added to what others marked. A name that is not in the answer is taken
// nowhere: people can type anything.
func (d *Desk) mark(v *visit) error {
	page := "/requests/" + v.request.Case
	said := marked{Code: schema.Code(v.r.FormValue("what"))}
	var err error
	if said.Event, err = v.words("event"); err != nil {
		return err
	}
	act := schema.Entry{Kind: schema.EntryMarked, Actor: v.who.Actor, Code: said.Code, Ref: "sealed"}
	if !slices.Contains(schema.Marks(), said.Code) {
		return schema.Fail(schema.CodeUsage, "mark sentence", nil)
	}
	if _, err := v.request.Apply(act, d.today()); err != nil {
		return err
	}
	vault, err := d.Queue.Vault(v.ctx(), v.request.ID)
	if err != nil {
		return err
	}
	outline, err := workers.ReadOutline(v.ctx(), vault)
	if err != nil && schema.CodeOf(err) != schema.CodeNotFound {
		return err
	}
	at := slices.IndexFunc(outline.Events, func(e workers.OutlineEvent) bool { return e.Name == said.Event && eventLike(e.Name) })
	if at < 0 {
		d.sessions.notice(v.who.token, d.Catalog.Text(v.lang, "desk.sentence.none"))
		return v.to(page)
	}
	entries, err := d.Queue.Entries(v.ctx(), v.request.ID)
	if err != nil {
		return err
	}
	before, err := d.marked(v, entries)
	if err != nil {
		return err
	}
	switch {
	case slices.Contains(before, said): // a double click
		return d.done(v, v.request, page, "desk.sentence.done")
	case len(before) >= mostMarks:
		return schema.Fail(schema.CodeConflict, "mark sentence", nil)
	}
	// What is counted and then not put on record is counted twice, at worst.
	if err := d.addTask(v, outline.Events[at], said.Code); err != nil {
		return err
	}
	r, err := d.Queue.Say(v.ctx(), v.request.ID, act, []byte(said.Event))
	if err != nil {
		return err
	}
	return d.done(v, r, page, "desk.sentence.done")
}

func (d *Desk) addTask(v *visit, e workers.OutlineEvent, what schema.Code) error {
	return d.tasks().Change(v.ctx(), e.Name+"\n"+e.Rule, func(old []byte) ([]byte, error) {
		one := task{Event: e.Name, Rule: e.Rule, Layer: e.Layer}
		if old != nil {
			if err := json.Unmarshal(old, &one); err != nil {
				return nil, schema.Fail(schema.CodeTampered, "read task", nil)
			}
		}
		if what == "wrong" {
			one.Wrong++
		} else {
			one.Unclear++
		}
		return json.Marshal(one)
	})
}

// eventLike reports whether a name is made as Microsoft makes names of events:
// what came in can have anything where a name belongs, an address too.
func eventLike(name string) bool {
	return name != "" && len(name) <= 200 && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789._-/: ·") == ""
}
