package web

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"inzage/schema"
)

// Profile is how a sign-in service names people.
type Profile string

// The profiles. A service that is neither is known by issuer and subject, which
// every service promises never to give to another person (OpenID Connect Core
// 1.0 section 5.7).
const (
	// Entra is Microsoft Entra ID: tid and oid are the same in every
	// application, and are the ids in the exports of the person.
	Entra Profile = "entra"
	// SURFconext gives what it knows through its userinfo endpoint.
	SURFconext Profile = "surfconext"
	// Plain is any other service.
	Plain Profile = "plain"
)

// Profiles lists the profiles.
func Profiles() []Profile { return []Profile{Entra, SURFconext, Plain} }

// claims are what a sign-in service vouches for about one sign-in.
type claims struct {
	issuer, subject string
	all             map[string]any // of the ID token
	more            map[string]any // of userinfo; what is in both is the ID token's
}

// text is a claim that is one text, else empty.
func (c claims) text(name string) string {
	if t, ok := c.all[name].(string); ok {
		return t
	}
	t, _ := c.more[name].(string)
	return t
}

// list is a claim that is a text or a list of texts.
func (c claims) list(name string) (texts []string) {
	v, ok := c.all[name]
	if !ok {
		v = c.more[name]
	}
	switch v := v.(type) {
	case string:
		texts = []string{v}
	case []any:
		for _, one := range v {
			if t, ok := one.(string); ok {
				texts = append(texts, t)
			}
		}
	}
	return texts
}

// verified reports whether the service says that the person has the address (OpenID
// Connect Core 1.0 section 5.1): where people fill it in themselves, that of a
// colleague would find the colleague's data. Some services say it as a text.
func (c claims) verified() bool {
	yes, _ := c.all["email_verified"].(bool)
	return yes || c.text("email_verified") == "true"
}

// onlySMS reports whether a text message or a phone call was the only proof
// beside a password. Where the service does not say, it is not known to be.
func (c claims) onlySMS() bool {
	amr := c.list("amr")
	weak := slices.ContainsFunc(amr, func(m string) bool { return m == "sms" || m == "tel" })
	strong := slices.ContainsFunc(amr, func(m string) bool {
		return slices.Contains([]string{"hwk", "swk", "sc", "otp", "pop", "fpt", "face", "iris", "fido"}, m)
	})
	return weak && !strong
}

// demand asks the service for one of the ways of signing in that count.
func (s *service) demand() []oauth2.AuthCodeOption {
	switch {
	case len(s.Class) == 0:
		return nil
	case s.Profile == Entra:
		text, _ := json.Marshal(map[string]any{"id_token": map[string]any{"acrs": map[string]any{"essential": true, "value": s.Class[0]}}})
		return []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("claims", string(text))}
	default:
		return []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("acr_values", strings.Join(s.Class, " "))}
	}
}

// strong reports whether the person signed in in a way that counts. A service may
// let in otherwise whoever it was asked about (OpenID Connect Core 1.0 section
// 3.1.2.1), so only what its ID token says is believed.
func (s *service) strong(c claims) bool {
	name := "acr"
	if s.Profile == Entra {
		name = "acrs"
	}
	said := claims{all: c.all}.list(name)
	return len(s.Class) == 0 || slices.ContainsFunc(said, func(one string) bool { return slices.Contains(s.Class, one) })
}

// proven is when the person last proved to be that person (auth_time); a service
// may let in by a session of its own that is a day old. Zero where it does not
// say. It says so when asked to sign in again (max_age), and then it must be now:
// a minute or two for clocks that differ.
func (c claims) proven(now time.Time, again bool) time.Time {
	seconds, ok := c.all["auth_time"].(float64)
	if !ok {
		return time.Time{}
	}
	at := time.Unix(int64(seconds), 0)
	if at.After(now) {
		at = now
	}
	if again && now.Sub(at) > linkLasts {
		return time.Time{}
	}
	return at
}

// person is who signed in. Roles come from one claim, and what it does not say
// nobody gets: of somebody in too many groups Entra leaves the groups out, and
// such a person is an employee here until app roles are used.
func (s *service) person(c claims) Person {
	who := Person{Name: schema.NewPersonal(c.text("name"))}
	id := c.subject
	if s.Profile == Entra {
		if tid, oid := c.text("tid"), c.text("oid"); tid != "" && oid != "" {
			id = tid + "/" + oid
			who.Subject.TenantID, who.Subject.ObjectID = schema.NewPersonal(tid), schema.NewPersonal(oid)
		}
	}
	who.Actor = s.Actor(c.issuer, id)
	who.Subject.Name = who.Name
	for _, name := range []string{"preferred_username", "upn", "eduperson_principal_name", "email"} {
		v := c.text(name)
		if name == "email" && s.Profile == Plain && !c.verified() {
			continue
		}
		if strings.Contains(v, "@") && !who.Subject.HasUPN(v) {
			who.Subject.UPNs = append(who.Subject.UPNs, schema.NewPersonal(v))
		}
	}
	for _, value := range c.list(s.RoleClaim) {
		if role, ok := s.Roles[value]; ok && !slices.Contains(who.Roles, role) {
			who.Roles = append(who.Roles, role)
		}
	}
	return who
}
