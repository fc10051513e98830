package fetch

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"inzage/schema"
)

// Person is somebody found in the directory.
type Person struct {
	// Subject is who was asked for, with every identifier that the directory
	// adds: object id, tenant, present and former addresses, SIDs. The first of
	// the names is the one that the person signs in with now.
	Subject schema.Subject
	// Notices say what is worth knowing before going on: CodePersonDisabled,
	// CodePersonGuest, CodePersonRenamed. An export can be made all the same.
	Notices []schema.Code
}

// Resolve finds the person in the directory, by object id or else by sign-in
// name or address, present or former. A name that says nothing about the person,
// a pseudonym, is as good as any: names are never compared with who somebody is.
//
// Its codes: CodePersonUnknown, CodePersonAmbiguous (the names lead to several
// people), CodePersonDeleted (restore first), CodeOtherTenant, and those of
// Graph: CodeSignIn, CodePermission, CodeThrottled, CodeRemote.
func (s *Source) Resolve(ctx context.Context, who schema.Subject) (Person, error) {
	const op = "find person"
	if !who.TenantID.IsEmpty() && !strings.EqualFold(who.TenantID.Reveal(), s.config.Tenant) {
		return Person{}, schema.Fail(schema.CodeOtherTenant, op, nil)
	}
	found := make(map[string]user)
	deleted := false
	keys := who.UPNs
	if !who.ObjectID.IsEmpty() {
		keys = []schema.Personal{who.ObjectID} // says it all: names can be somebody else's by now
	}
	for _, key := range keys {
		users, err := s.graph.users(ctx, key.Reveal())
		if err != nil {
			return Person{}, coded(op, err)
		}
		for _, u := range users {
			found[u.ID] = u
		}
		if len(users) == 0 {
			gone, err := s.graph.deleted(ctx, key.Reveal())
			if err != nil {
				return Person{}, coded(op, err)
			}
			deleted = deleted || gone
		}
	}
	switch {
	case len(found) > 1:
		return Person{}, schema.Fail(schema.CodePersonAmbiguous, op, nil)
	case len(found) == 0 && deleted:
		return Person{}, schema.Fail(schema.CodePersonDeleted, op, nil)
	case len(found) == 0:
		return Person{}, schema.Fail(schema.CodePersonUnknown, op, nil)
	}
	var p Person
	for _, u := range found {
		p = s.person(who, u)
	}
	return p, nil
}

// person adds what the directory knows.
func (s *Source) person(who schema.Subject, u user) Person {
	p := Person{Subject: who}
	p.Subject.ObjectID = schema.NewPersonal(u.ID)
	p.Subject.TenantID = schema.NewPersonal(s.config.Tenant)
	if p.Subject.Name.IsEmpty() {
		p.Subject.Name = schema.NewPersonal(u.Name)
	}
	p.Subject.UPNs = nil
	p.Subject.SIDs = append([]schema.Personal(nil), who.SIDs...)
	all := u.names()
	for _, name := range who.UPNs {
		all = append(all, name.Reveal())
	}
	for _, name := range all {
		if !p.Subject.HasUPN(name) {
			p.Subject.UPNs = append(p.Subject.UPNs, schema.NewPersonal(name))
		}
	}
	cloudSID, _ := SID(u.ID)
	for _, sid := range []string{cloudSID, u.SID, u.LocalSID} {
		if sid != "" && !p.Subject.HasSID(sid) {
			p.Subject.SIDs = append(p.Subject.SIDs, schema.NewPersonal(sid))
		}
	}
	if u.Enabled != nil && !*u.Enabled {
		p.Notices = append(p.Notices, schema.CodePersonDisabled)
	}
	if u.guest() {
		p.Notices = append(p.Notices, schema.CodePersonGuest)
	}
	if u.renamed(who) {
		p.Notices = append(p.Notices, schema.CodePersonRenamed)
	}
	return p
}

// SID is the Windows security identifier that Entra gives the account with an
// object id: S-1-12-1 and the id's sixteen bytes as four numbers, little-endian.
// False where the text is no GUID.
func SID(objectID string) (string, bool) {
	bare := strings.NewReplacer("-", "", "{", "", "}", "").Replace(strings.TrimSpace(objectID))
	b, err := hex.DecodeString(bare)
	if err != nil || len(b) != 16 {
		return "", false
	}
	// The text of a GUID shows its first three parts most significant byte
	// first; its bytes have them the other way round.
	first := binary.BigEndian.Uint32(b)
	second := uint32(binary.BigEndian.Uint16(b[4:])) | uint32(binary.BigEndian.Uint16(b[6:]))<<16
	third, fourth := binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])
	return fmt.Sprintf("S-1-12-1-%d-%d-%d-%d", first, second, third, fourth), true
}

// user is a person as the directory has it.
type user struct {
	ID        string   `json:"id"`
	Name      string   `json:"displayName"`
	UPN       string   `json:"userPrincipalName"`
	Mail      string   `json:"mail"`
	Addresses []string `json:"proxyAddresses"` // with "SMTP:" or "smtp:" before them, or another protocol
	Others    []string `json:"otherMails"`
	Enabled   *bool    `json:"accountEnabled"`
	Type      string   `json:"userType"`
	SID       string   `json:"securityIdentifier"`
	LocalSID  string   `json:"onPremisesSecurityIdentifier"`
}

const userFields = "id,displayName,userPrincipalName,mail,proxyAddresses,otherMails,accountEnabled,userType," +
	"securityIdentifier,onPremisesSecurityIdentifier"

// names lists the names and addresses by which others may know the person.
func (u user) names() []string {
	list := make([]string, 0, len(u.Addresses)+len(u.Others)+2)
	for _, name := range append([]string{u.UPN, u.Mail}, u.Others...) {
		if name != "" {
			list = append(list, name)
		}
	}
	for _, address := range u.Addresses {
		if protocol, name, ok := strings.Cut(address, ":"); ok && strings.EqualFold(protocol, "smtp") {
			list = append(list, name)
		}
	}
	return list
}

// renamed reports whether the account was found by nothing but names that are
// not its present ones: a former name stays with the account as an address, but
// can belong to somebody else by now, so a person must look.
func (u user) renamed(who schema.Subject) bool {
	if !who.ObjectID.IsEmpty() {
		return false
	}
	return !slices.ContainsFunc(append([]string{u.UPN, u.Mail}, u.Others...), who.HasUPN)
}

// guest reports whether the account is of somebody of another organisation: its
// sign-in name is then made of the person's own address and "#EXT#".
func (u user) guest() bool {
	return strings.EqualFold(u.Type, "Guest") || strings.Contains(u.UPN, "#EXT#")
}

// users finds accounts by object id, sign-in name, or an address of theirs.
func (g *graph) users(ctx context.Context, key string) ([]user, error) {
	var u user
	err := g.get(ctx, "/users/"+url.PathEscape(key)+"?$select="+userFields, &u)
	switch {
	case err == nil:
		return []user{u}, nil
	case !missing(err):
		return nil, err
	case !strings.Contains(key, "@"):
		return nil, nil
	}
	return g.search(ctx, "/users", key)
}

// deleted reports whether somebody with the key was deleted in the last thirty
// days.
func (g *graph) deleted(ctx context.Context, key string) (bool, error) {
	if strings.Contains(key, "@") {
		list, err := g.search(ctx, "/directory/deletedItems/microsoft.graph.user", key)
		return len(list) > 0, err
	}
	var u user
	err := g.get(ctx, "/directory/deletedItems/"+url.PathEscape(key)+"?$select=id", &u)
	if missing(err) {
		return false, nil
	}
	return err == nil, err
}

// search finds accounts by an address. A former sign-in name stays behind as an
// address where the account had a mailbox.
func (g *graph) search(ctx context.Context, address, key string) ([]user, error) {
	quoted := "'" + strings.ReplaceAll(key, "'", "''") + "'"
	protocol := func(p string) string { return "proxyAddresses/any(p:p eq '" + p + ":" + quoted[1:] + ")" }
	filter := strings.Join([]string{
		"userPrincipalName eq " + quoted, "mail eq " + quoted, "otherMails/any(m:m eq " + quoted + ")",
		protocol("smtp"), protocol("SMTP"),
	}, " or ")
	var all []user
	query := url.Values{"$filter": {filter}, "$select": {userFields}}
	err := pages(ctx, g, address+"?"+query.Encode(), func(page []user) { all = append(all, page...) })
	return all, err
}

// missing reports whether Graph says that there is no such thing.
func missing(err error) bool {
	answer, ok := errors.AsType[*azcore.ResponseError](err)
	return ok && answer.StatusCode == http.StatusNotFound
}
