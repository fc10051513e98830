package api

import (
	"context"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"inzage/queue"
	"inzage/schema"
	"inzage/workers"
)

// handler is the function of an operation.
type handler[I, O any] = func(context.Context, *I) (*O, error)

// fail makes the problem of an error, for who asks.
func (a *API) fail(ctx context.Context, err error) error { return a.problem(by(ctx).lang, err) }

// subject is who asks for access, as a program knows them.
type subject struct {
	Name      string   `json:"name,omitempty" maxLength:"200"`
	Addresses []string `json:"addresses,omitempty" maxItems:"20" nullable:"false"`
	ObjectID  string   `json:"object_id,omitempty" maxLength:"36"`
	TenantID  string   `json:"tenant_id,omitempty" maxLength:"36"`
}

// who is the same, closed.
func (s subject) who() schema.Subject {
	trim := func(v string) schema.Personal { return schema.NewPersonal(strings.TrimSpace(v)) }
	who := schema.Subject{Name: trim(s.Name), ObjectID: trim(s.ObjectID), TenantID: trim(s.TenantID)}
	for _, address := range s.Addresses {
		if p := trim(address); !who.HasUPN(p.Reveal()) {
			who.UPNs = append(who.UPNs, p)
		}
	}
	return who
}

// NewRequest is a request that a program takes in.
type NewRequest struct {
	Subject  subject  `json:"subject"`
	Received date     `json:"received"`
	Channel  channel  `json:"channel"`
	Language language `json:"language"`
	Identity method   `json:"identity,omitempty"`
	Case     string   `json:"case,omitempty" maxLength:"64"`
	Another  bool     `json:"another,omitempty"`
}

type createInput struct {
	// Key makes sending the same again safe.
	Key  string `header:"Idempotency-Key" required:"true" minLength:"16" maxLength:"255"`
	Body NewRequest
}

type createOutput struct {
	Location string `header:"Location"`
	Status   int
	Body     schema.Standing
}

// create takes a request in, once however often it is sent with the same key.
func (a *API) create(ctx context.Context, in *createInput) (*createOutput, error) {
	c, b := by(ctx), in.Body
	if b.Identity != "" && !c.token.Has(queue.ScopeIdentify) {
		return nil, a.fail(ctx, schema.Fail(codeScope, "record identity", nil))
	}
	who := b.Subject.who()
	opened := a.Open
	opened.Actor, opened.Case = c.token.Actor(), b.Case
	opened.Channel, opened.Lang = schema.Channel(b.Channel), schema.Lang(b.Language)
	var err error
	if opened.Day, err = schema.ParseDate(string(b.Received)); err != nil {
		return nil, a.flawed(c.lang, a.flaw(c.lang, "body.received", "day", "desk.intake.flaw.day"))
	}
	if flaws := a.flaws(c.lang, who, opened); len(flaws) > 0 {
		return nil, a.flawed(c.lang, flaws...)
	}
	if a.Owner != nil {
		opened.Owner = a.Owner(who)
	}
	a.Reception.Lock()
	defer a.Reception.Unlock()
	if err := a.room(ctx, in.Key, opened, who, b.Another); err != nil {
		return nil, err
	}
	r, made, err := a.Reception.TakeInOnce(ctx, in.Key, opened, who, schema.Code(b.Identity))
	if err != nil {
		return nil, a.fail(ctx, err)
	}
	out := &createOutput{Location: Base + "/requests/" + string(r.ID), Status: 200, Body: r.On(a.today())}
	if made {
		out.Status = 201
	}
	return out, nil
}

// flaws is what is wrong with a request that comes in.
func (a *API) flaws(l schema.Lang, who schema.Subject, opened schema.Entry) (list []Fault) {
	for _, f := range workers.Flaws(who, opened.Day, a.today()) {
		where := "body.subject." + f.Field
		if f.Field == "received" {
			where = "body.received"
		}
		list = append(list, a.flaw(l, where, f.What, "desk.intake.flaw."+f.What))
	}
	if opened.Case != "" && !schema.ValidCase(opened.Case) {
		list = append(list, a.flaw(l, "body.case", "form", "api.flaw.form"))
	}
	return list
}

// room asks whether a request can come in beside those that are there. What was
// asked by the key before has its place already.
func (a *API) room(ctx context.Context, key string, opened schema.Entry, who schema.Subject, another bool) error {
	asked, err := a.Reception.Asked(ctx, opened.Actor, key)
	if err != nil || asked {
		return err
	}
	if _, taken := a.Register.Case(opened.Case); opened.Case != "" && (taken || a.Register.Shared(opened.Case)) {
		l := by(ctx).lang
		p := a.problem(l, schema.Fail(schema.CodeConflict, "take in request", nil))
		p.Flaws = []Fault{a.flaw(l, "body.case", "taken", "api.flaw.taken")}
		return p
	}
	if another {
		return nil
	}
	same, found, err := a.Reception.OpenCase(ctx, who)
	if err != nil {
		return a.fail(ctx, err)
	}
	if found {
		p := a.problem(by(ctx).lang, schema.Fail(codeSame, "take in request", nil))
		p.Case = same.Case
		return p
	}
	return nil
}

// Named is the case that the address names: by its number, or by the id of its
// request.
type Named struct {
	Case string `path:"case" maxLength:"64"`
}

type requestOutput struct{ Body schema.Standing }

// find returns the request that a case number or an id names, as the lists know it.
func (a *API) find(name string) (schema.Request, error) {
	r, ok := a.Register.Case(name)
	if id := schema.RequestID(name); !ok && queue.ValidID(id) {
		r, ok = a.Register.Request(id)
	}
	if !ok {
		return r, schema.Fail(schema.CodeNotFound, "find case", nil)
	}
	return r, nil
}

// open is find, as the ledger knows it: the lists may lag behind.
func (a *API) open(ctx context.Context, name string) (schema.Request, error) {
	r, err := a.find(name)
	if err == nil {
		r, err = a.Queue.Request(ctx, r.ID)
	} else if id := schema.RequestID(name); queue.ValidID(id) {
		r, err = a.Queue.Request(ctx, id)
	}
	if err != nil {
		return r, a.fail(ctx, err)
	}
	return r, nil
}

func (a *API) show(ctx context.Context, in *Named) (*requestOutput, error) {
	r, err := a.open(ctx, in.Case)
	if err != nil {
		return nil, err
	}
	return &requestOutput{r.On(a.today())}, nil
}

type identifyInput struct {
	Named
	Body struct {
		Identity method `json:"identity"`
	}
}

// identify puts on record how it was checked who asks, and starts the work.
func (a *API) identify(ctx context.Context, in *identifyInput) (*requestOutput, error) {
	r, err := a.open(ctx, in.Case)
	if err != nil {
		return nil, err
	}
	r, err = workers.Start(ctx, a.Queue, r.ID, by(ctx).token.Actor(), schema.Code(in.Body.Identity))
	if err == nil {
		err = a.Register.Wait(ctx, r)
	}
	if err != nil {
		return nil, a.fail(ctx, err)
	}
	return &requestOutput{r.On(a.today())}, nil
}

// The values that have a closed list say it in the document.
type (
	channel  string
	language string
	method   string
	date     string
)

func oneOf[T ~string](list []T) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, v := range list {
		s.Enum = append(s.Enum, string(v))
	}
	return s
}

// Schema implements huma.SchemaProvider: a program does not ask at the desk.
func (channel) Schema(huma.Registry) *huma.Schema {
	return oneOf(slices.DeleteFunc(schema.Channels(), func(c schema.Channel) bool { return c == schema.ChannelDesk }))
}

// Schema implements huma.SchemaProvider.
func (language) Schema(huma.Registry) *huma.Schema {
	return oneOf([]schema.Lang{schema.Dutch, schema.English})
}

// Schema implements huma.SchemaProvider.
func (method) Schema(huma.Registry) *huma.Schema { return oneOf(schema.IdentityMethods()) }

// Schema implements huma.SchemaProvider.
func (date) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date"}
}
