package simulate

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"inzage/testdata/corpus"
)

// properties are a user's, by the names of Graph's metadata. What is not in
// there has no value here.
func (t *Tenant) properties(e corpus.Employee) map[string]any {
	given, surname, _ := strings.Cut(e.Name, " ")
	addresses := []string{"SMTP:" + e.Mail}
	for _, former := range e.Former {
		addresses = append(addresses, "smtp:"+former)
	}
	p := map[string]any{
		"id": e.ObjectID, "displayName": e.Name, "givenName": given, "surname": surname,
		"userPrincipalName": e.UPN, "mail": e.Mail, "proxyAddresses": addresses, "otherMails": []string{},
		"userType": "Member", "accountEnabled": !e.Disabled, "securityIdentifier": e.SID,
		"createdDateTime": "2021-03-01T08:00:00Z", "deletedDateTime": nil,
		"businessPhones": []string{}, "jobTitle": nil, "mobilePhone": nil, "officeLocation": nil, "preferredLanguage": "nl-NL",
	}
	if e.Guest {
		p["userType"], p["otherMails"] = "Guest", []string{e.Mail}
	}
	if e.Deleted {
		p["deletedDateTime"] = "2026-11-02T15:04:05Z"
	}
	return p
}

func (t *Tenant) getUser(w http.ResponseWriter, r *http.Request) *failure {
	return t.one(w, r, false)
}

func (t *Tenant) getDeleted(w http.ResponseWriter, r *http.Request) *failure {
	return t.one(w, r, true)
}

func (t *Tenant) listUsers(w http.ResponseWriter, r *http.Request) *failure {
	return t.list(w, r, false)
}

func (t *Tenant) listDeleted(w http.ResponseWriter, r *http.Request) *failure {
	return t.list(w, r, true)
}

// one answers with a person by object id, or by user principal name where the
// person was not deleted.
func (t *Tenant) one(w http.ResponseWriter, r *http.Request, deleted bool) *failure {
	e, ok := t.person(r.PathValue("id"), deleted)
	if !ok {
		return notFound()
	}
	user := t.chosen(e, r)
	user["@odata.context"] = t.base(r) + "/v1.0/$metadata#users/$entity"
	reply(w, http.StatusOK, user)
	return nil
}

func (t *Tenant) person(key string, deleted bool) (corpus.Employee, bool) {
	i := slices.IndexFunc(t.people, func(e corpus.Employee) bool {
		return e.Deleted == deleted && (strings.EqualFold(e.ObjectID, key) || !deleted && strings.EqualFold(e.UPN, key))
	})
	if i < 0 {
		return corpus.Employee{}, false
	}
	return t.people[i], true
}

func notFound() *failure {
	return &failure{
		http.StatusNotFound, "Request_ResourceNotFound",
		"The resource does not exist or one of its queried reference-property objects are not present.",
	}
}

func (t *Tenant) list(w http.ResponseWriter, r *http.Request, deleted bool) *failure {
	matches, ok := parseFilter(r.URL.Query().Get("$filter"))
	if !ok {
		return &failure{http.StatusBadRequest, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause."}
	}
	found := []map[string]any{}
	for _, e := range t.people {
		if e.Deleted == deleted && matches(t.properties(e)) {
			found = append(found, t.chosen(e, r))
		}
	}
	t.answerList(w, r, "users", found)
	return nil
}

// chosen is a person with the properties that were selected, or those that
// Graph shows by itself.
func (t *Tenant) chosen(e corpus.Employee, r *http.Request) map[string]any {
	names := []string{
		"businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
		"preferredLanguage", "surname", "userPrincipalName", "id",
	}
	if list := r.URL.Query().Get("$select"); list != "" {
		names = strings.Split(list, ",")
	}
	all, some := t.properties(e), make(map[string]any)
	for _, name := range names {
		if v, ok := all[strings.TrimSpace(name)]; ok {
			some[strings.TrimSpace(name)] = v
		}
	}
	return some
}

// parseFilter reads the part of OData's filters that finding a person needs:
// comparisons of texts, joined by "or" or by "and". Quotes in texts are doubled.
func parseFilter(text string) (matches func(map[string]any) bool, ok bool) {
	if text == "" {
		return func(map[string]any) bool { return true }, true
	}
	term := regexp.MustCompile(`^\s*(?:(\w+) eq '((?:[^']|'')*)'|(\w+)/any\((\w+):\s*(\w+) eq '((?:[^']|'')*)'\)|startswith\((\w+),\s*'((?:[^']|'')*)'\))\s*(or\b|and\b|$)`)
	var all []func(map[string]any) bool
	joined := ""
	for text != "" {
		m := term.FindStringSubmatch(text)
		if m == nil || m[4] != m[5] || joined != "" && m[9] != "" && joined != m[9] {
			return nil, false
		}
		text = text[len(m[0]):]
		if m[9] != "" {
			joined = m[9]
			if strings.TrimSpace(text) == "" {
				return nil, false
			}
		}
		all = append(all, compare(m[1]+m[3]+m[7], strings.ReplaceAll(m[2]+m[6]+m[8], "''", "'"), m[7] != ""))
	}
	return func(p map[string]any) bool {
		hit := func(f func(map[string]any) bool) bool { return f(p) }
		if joined == "or" {
			return slices.ContainsFunc(all, hit)
		}
		return !slices.ContainsFunc(all, func(f func(map[string]any) bool) bool { return !f(p) })
	}, true
}

// compare ignores case, as the directory does.
func compare(property, want string, prefix bool) func(map[string]any) bool {
	return func(p map[string]any) bool {
		values, ok := p[property].([]string)
		if !ok {
			values = []string{fmt.Sprint(p[property])}
		}
		return slices.ContainsFunc(values, func(v string) bool {
			return strings.EqualFold(v, want) || prefix && len(v) >= len(want) && strings.EqualFold(v[:len(want)], want)
		})
	}
}
