package main

import (
	"context"
	"time"

	"inzage/cmd/inzage/api"
	"inzage/cmd/inzage/web"
	"inzage/explain/posture"
	"inzage/explain/register"
	"inzage/queue"
	"inzage/schema"
	"inzage/workers"
)

// localIssuer is where people sign in who come by a one-time link.
const localIssuer = "local"

// desk makes the desk of a service; nil where nobody could sign in to it.
func (a *app) desk(ctx context.Context, q *queue.Queue, reception *workers.Reception, conf config, organisation string, people func(*queue.Queue) *web.Local) (*web.Desk, error) {
	if q == nil {
		return nil, nil
	}
	oidc, err := conf.Desk.oidc(q)
	if err != nil {
		return nil, err
	}
	theme, err := conf.Desk.theme()
	if err != nil {
		return nil, err
	}
	if people == nil && oidc == nil {
		return nil, nil
	}
	var local *web.Local
	if people != nil {
		local = people(q)
	}
	known, err := registers(conf.Registers)
	if err != nil {
		return nil, err
	}
	stands, err := a.stands(ctx, conf, known)
	if err != nil {
		return nil, err
	}
	return web.New(web.Options{
		Queue: q, Register: reception.Register, Reception: reception, Catalog: a.catalog, Zone: conf.zone(), Terms: conf.Terms.terms(), Now: time.Now,
		Organisation: organisation, Open: a.incoming(conf), Local: local,
		OIDC: oidc, Address: conf.Desk.address(), Theme: theme, Registers: known, Posture: stands, Ends: ctx.Done(),
		Sources: sources(""), Largest: int64(conf.Desk.LargestMB) << 20,
	})
}

// stands tells how the advice on the tenant stands, by the files that the service
// was given; nil without them. They are read now, so that a mistake in them is told
// at the start, and again for each page.
func (a *app) stands(ctx context.Context, conf config, known *register.Registers) (func(context.Context, schema.Date) (*posture.Report, error), error) {
	if conf.Answers == "" {
		return nil, nil
	}
	read := func(ctx context.Context, on schema.Date) (*posture.Report, error) {
		return a.posture(ctx, postureFlags{answers: conf.Answers, organisation: conf.Organisation}, known.Advice, on)
	}
	_, err := read(ctx, schema.CivilDate(time.Now(), conf.zone()))
	return read, err
}

// incoming is what every request that comes in here has.
func (a *app) incoming(conf config) schema.Entry {
	opened := schema.Entry{FourEyes: conf.fourEyes(), Parts: a.standard()}
	if conf.Calendar != nil {
		opened.Calendar = *conf.Calendar
	}
	return opened
}

// programs makes the HTTP API of a service, beside the desk; nil where there is
// none. Nobody comes in without a token.
func (a *app) programs(q *queue.Queue, reception *workers.Reception, conf config, desk *web.Desk, health func(context.Context) error) (*api.API, error) {
	if q == nil {
		return nil, nil
	}
	o := api.Options{
		Queue: q, Register: reception.Register, Reception: reception, Catalog: a.catalog, Zone: conf.zone(), Now: time.Now,
		Open: a.incoming(conf), Health: health, Version: programVersion(),
	}
	if desk != nil && desk.OIDC != nil {
		o.Owner = desk.OIDC.Owner
	}
	return api.New(o)
}

// demoPeople are the invented people of the demo: employees of the simulated
// tenant, and one of each role that handles their requests.
func (a *app) demoPeople(s simulated) func(*queue.Queue) *web.Local {
	return func(q *queue.Queue) *web.Local {
		l := &web.Local{Show: true}
		for i, p := range s.People {
			if p.Note != "" || i >= 3 {
				continue
			}
			who := identity{Name: p.Name, UPNs: append([]string{p.UPN}, p.Former...), ObjectID: p.ObjectID, TenantID: s.Tenant}
			l.People = append(l.People, web.Person{
				Actor: q.Actor(localIssuer, p.ObjectID), Name: schema.NewPersonal(p.Name), Subject: who.subject(),
			})
		}
		for _, role := range []web.Role{web.Admin, web.Reader, web.Officer} {
			name := a.text("cli.serve.demo." + string(role))
			l.People = append(l.People, web.Person{
				Actor: q.Actor(localIssuer, string(role)), Roles: []web.Role{role}, Name: schema.NewPersonal(name),
				Subject: schema.Subject{Name: schema.NewPersonal(name), UPNs: []schema.Personal{schema.NewPersonal(string(role) + "@example.invalid")}},
			})
		}
		return l
	}
}
