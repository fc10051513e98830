package fetch

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
	"inzage/testdata/corpus"
	"inzage/workers/graphexport/simulate"
)

func names(list ...string) schema.Subject {
	var who schema.Subject
	for _, n := range list {
		who.UPNs = append(who.UPNs, schema.NewPersonal(n))
	}
	return who
}

func TestResolve(t *testing.T) {
	t.Parallel()
	r := newRig(t, simulate.Options{})
	people := r.tenant.People()
	pick := func(is func(corpus.Employee) bool) corpus.Employee {
		i := slices.IndexFunc(people, is)
		if i < 0 {
			t.Fatal("the tenant has nobody like that")
		}
		return people[i]
	}
	sanne := people[0]
	renamed := pick(func(e corpus.Employee) bool { return len(e.Former) > 0 && e.UPN != sanne.UPN })
	pseudonym := pick(func(e corpus.Employee) bool { return strings.HasPrefix(e.UPN, "u1") })
	guest := pick(func(e corpus.Employee) bool { return e.Guest })
	disabled := pick(func(e corpus.Employee) bool { return e.Disabled })
	gone := pick(func(e corpus.Employee) bool { return e.Deleted })
	tests := []struct {
		name    string
		who     schema.Subject
		want    corpus.Employee
		notices []schema.Code
		code    schema.Code
	}{
		{name: "sign-in name", who: names(sanne.UPN), want: sanne},
		{name: "capitals", who: names(strings.ToUpper(sanne.UPN)), want: sanne},
		{name: "object id", who: schema.Subject{ObjectID: schema.NewPersonal(sanne.ObjectID)}, want: sanne},
		{name: "object id before a name of another", who: schema.Subject{
			ObjectID: schema.NewPersonal(sanne.ObjectID), UPNs: names(renamed.UPN).UPNs,
		}, want: sanne},
		{name: "former name", who: names(renamed.Former[0]), want: renamed, notices: []schema.Code{schema.CodePersonRenamed}},
		{name: "present and former name", who: names(renamed.UPN, renamed.Former[0]), want: renamed},
		{name: "a number for a name", who: names(pseudonym.UPN), want: pseudonym},
		{name: "address of a pseudonym", who: names(pseudonym.Mail), want: pseudonym},
		{name: "guest", who: names(guest.UPN), want: guest, notices: []schema.Code{schema.CodePersonGuest}},
		{name: "guest by own address", who: names(guest.Mail), want: guest, notices: []schema.Code{schema.CodePersonGuest}},
		{name: "disabled", who: names(disabled.UPN), want: disabled, notices: []schema.Code{schema.CodePersonDisabled}},
		{name: "deleted", who: names(gone.Mail), code: schema.CodePersonDeleted},
		{name: "deleted by object id", who: schema.Subject{ObjectID: schema.NewPersonal(gone.ObjectID)}, code: schema.CodePersonDeleted},
		{name: "two people", who: names(sanne.UPN, guest.UPN), code: schema.CodePersonAmbiguous},
		{name: "nobody", who: names("o'nobody@waterlandaanzee.example"), code: schema.CodePersonUnknown},
		{name: "nobody by object id", who: schema.Subject{ObjectID: schema.NewPersonal("00000000-0000-4000-8000-000000000000")}, code: schema.CodePersonUnknown},
		{name: "no name at all", code: schema.CodePersonUnknown},
		{name: "other tenant", who: schema.Subject{TenantID: schema.NewPersonal("00000000-0000-4000-8000-000000000000")}, code: schema.CodeOtherTenant},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := r.Resolve(t.Context(), test.who)
			if schema.CodeOf(err) != test.code {
				t.Fatalf("got %v, want %q", err, test.code)
			}
			if test.code != "" {
				return
			}
			who := got.Subject
			if who.ObjectID.Reveal() != test.want.ObjectID || who.TenantID.Reveal() != r.tenant.ID() {
				t.Error("another person or tenant")
			}
			for _, name := range append([]string{test.want.UPN, test.want.Mail}, test.want.Former...) {
				if !who.HasUPN(name) {
					t.Errorf("a name is missing: %s", name)
				}
			}
			if !slices.ContainsFunc(who.SIDs, func(p schema.Personal) bool { return p.Reveal() == test.want.SID }) || len(who.SIDs) != 1 {
				t.Errorf("%d SIDs, of which none or not one is the person's", len(who.SIDs))
			}
			if diff := cmp.Diff(test.notices, got.Notices); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSID(t *testing.T) {
	t.Parallel()
	const want = "S-1-12-1-538529634-1125687865-1871093168-2048676538"
	for _, id := range []string{"20194f62-a239-4318-b09d-866fba521c7a", " {20194F62A2394318B09D866FBA521C7A} "} {
		if got, ok := SID(id); got != want || !ok {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for _, id := range []string{"", "20194f62-a239-4318-b09d-866fba521c7", "x0194f62-a239-4318-b09d-866fba521c7a"} {
		if got, ok := SID(id); ok {
			t.Errorf("%q: got %s, want none", id, got)
		}
	}
}
