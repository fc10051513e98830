package web

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"

	"inzage/explain/register"
	"inzage/schema"
	"inzage/workers"
)

// fewest is in how many people's answers an event must stand before its name is
// shown: fewer could be led back to one of them.
const fewest = 3

// unknownEvent is an event of which the catalog knows the name only, or nothing.
type unknownEvent struct {
	Event  string       `json:"event"`
	Layer  schema.Layer `json:"layer"`
	People int          `json:"people"` // in whose answers it stands
}

// catalogPage is the work that answers give to who keeps the catalog.
type catalogPage struct {
	Version int            `json:"version"`
	Catalog string         `json:"catalog"`
	Answers int            `json:"answers"` // that were counted: those that are not erased
	Fewest  int            `json:"fewest"`
	Unknown []unknownEvent `json:"unknown"`
	Rare    int            `json:"rare"` // further unknown events, in fewer answers
	Tasks   []task         `json:"marked"`
}

// outlines are the unknown events of answers, read once per bundle.
type outlines struct {
	mu  sync.Mutex
	all map[string][]workers.OutlineEvent // by the hash of the bundle
}

func unknownLayer(l schema.Layer) bool {
	return l == schema.LayerNamespace || l == schema.LayerDataType || l == schema.LayerNone
}

// unknownOf is what the answer to a request has of unknown events; none where it
// was erased, or built before that was kept.
func (d *Desk) unknownOf(ctx context.Context, r schema.Request) (list []workers.OutlineEvent, found bool, err error) {
	if list, found = d.outlines.all[r.Bundle]; found {
		return list, true, nil
	}
	vault, err := d.Queue.Vault(ctx, r.ID)
	var o workers.Outline
	if err == nil {
		o, err = workers.ReadOutline(ctx, vault)
	}
	if code := schema.CodeOf(err); code == schema.CodeErased || code == schema.CodeNotFound {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	for _, e := range o.Events {
		if unknownLayer(e.Layer) {
			list = append(list, e)
		}
	}
	return list, true, nil
}

// catalogPage counts over all answers that are not erased.
func (d *Desk) catalogPage(v *visit) (p catalogPage, err error) {
	p = catalogPage{Version: 1, Catalog: d.Catalog.Version(), Fewest: fewest, Unknown: []unknownEvent{}, Tasks: []task{}}
	d.outlines.mu.Lock()
	defer d.outlines.mu.Unlock()
	fresh := make(map[string][]workers.OutlineEvent)
	people := make(map[workers.OutlineEvent]map[schema.Actor]bool)
	for r := range d.Register.All() {
		if r.Bundle == "" || r.State == schema.StateErased {
			continue
		}
		list, found, err := d.unknownOf(v.ctx(), r)
		if err != nil {
			return p, err
		}
		if !found {
			continue
		}
		p.Answers++
		fresh[r.Bundle] = list
		for _, e := range list {
			e.Rule = ""
			if people[e] == nil {
				people[e] = make(map[schema.Actor]bool)
			}
			people[e][r.Owner] = true // those who do not sign in here count as one
		}
	}
	d.outlines.all = fresh // what was erased is forgotten
	for e, who := range people {
		if len(who) < fewest || !eventLike(e.Name) {
			p.Rare++
			continue
		}
		p.Unknown = append(p.Unknown, unknownEvent{e.Name, e.Layer, len(who)})
	}
	slices.SortFunc(p.Unknown, func(a, b unknownEvent) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Event, b.Event))
	})
	err = d.tasks().All(v.ctx(), func(text []byte) error {
		var one task
		if err := json.Unmarshal(text, &one); err != nil {
			return schema.Fail(schema.CodeTampered, "read task", nil)
		}
		p.Tasks = append(p.Tasks, one)
		return nil
	})
	slices.SortFunc(p.Tasks, func(a, b task) int {
		return cmp.Or(cmp.Compare(b.Wrong, a.Wrong), cmp.Compare(b.Unclear, a.Unclear), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Rule, b.Rule))
	})
	return p, err
}

func (d *Desk) catalogWork(v *visit) error {
	p, err := d.catalogPage(v)
	if err != nil {
		return err
	}
	return d.show(v, http.StatusOK, "catalog", p)
}

// catalogJSON gives the same to a program.
func (d *Desk) catalogJSON(v *visit) error {
	p, err := d.catalogPage(v)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return schema.Fail(schema.CodeInternal, "write list", err)
	}
	return d.attach(v, "application/json", "json", append(text, '\n'))
}

// promisesPage is what Microsoft promised, and what it was asked.
type promisesPage struct {
	Promises  []promise
	Questions []register.Question
}

// promise is one in the reader's language.
type promise struct {
	Since        schema.Date
	Text, Source string
	Proof        string
}

func (d *Desk) promises(v *visit) error {
	var p promisesPage
	if d.Registers != nil {
		p.Questions = d.Registers.Questions
		for _, one := range d.Registers.Promises {
			p.Promises = append(p.Promises, promise{one.Since, one.Text.In(v.lang), one.Source.In(v.lang), one.Proof})
		}
	}
	return d.show(v, http.StatusOK, "promises", p)
}
