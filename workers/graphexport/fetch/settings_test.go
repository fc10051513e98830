package fetch

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
	"inzage/workers/graphexport/simulate"
)

// TestSettings: what Graph tells is a value; all else is not known, and says why.
func TestSettings(t *testing.T) {
	t.Parallel()
	const methods = "/policies/authenticationMethodsPolicy"
	sms := func(migration, state string) string {
		return `{"policyMigrationState":` + migration + `,"authenticationMethodConfigurations":[{"id":"Fido2","state":"enabled"},{"id":"Sms","state":"` + state + `"}]}`
	}
	names := func(value string, why Unseen) Setting { return Setting{"report-names", value, why} }
	texts := func(value string, why Unseen) Setting { return Setting{"mfa-sms", value, why} }
	for name, tc := range map[string]struct {
		roles  []string
		faults []simulate.Fault
		body   map[string]string // by the end of a path, instead of the tenant's own
		want   []Setting
	}{
		"as it is":           {want: []Setting{names("shown", ""), texts("off", "")}},
		"concealed":          {faults: []simulate.Fault{simulate.Concealed}, want: []Setting{names("hidden", ""), texts("off", "")}},
		"without the rights": {roles: []string{rightExport, rightRead}, want: []Setting{names("", UnseenRight), texts("", UnseenRight)}},
		"one right":          {roles: []string{rightRead, "ReportSettings.Read.All"}, want: []Setting{names("shown", ""), texts("", UnseenRight)}},
		"text messages": {
			body: map[string]string{methods: sms(`"preMigration"`, "enabled"), "/admin/reportSettings": `{}`},
			want: []Setting{names("", UnseenRemote), texts("on", "")},
		},
		"older settings count": {body: map[string]string{methods: sms(`"migrationInProgress"`, "disabled")}, want: []Setting{names("shown", ""), texts("", UnseenOutside)}},
		"no migration told":    {body: map[string]string{methods: sms(`null`, "disabled")}, want: []Setting{names("shown", ""), texts("", UnseenOutside)}},
		"a new state":          {body: map[string]string{methods: sms(`"migrationComplete"`, "perhaps")}, want: []Setting{names("shown", ""), texts("", UnseenRemote)}},
		"no such method":       {body: map[string]string{methods: `{"policyMigrationState":"migrationComplete"}`}, want: []Setting{names("shown", ""), texts("", UnseenRemote)}},
		"no JSON":              {body: map[string]string{methods: `<html>`}, want: []Setting{names("shown", ""), texts("", UnseenRemote)}},
	} {
		o := simulate.Options{Faults: tc.faults}
		if o.App.Roles = tc.roles; o.App.Roles == nil {
			o.App.Roles = simulate.Roles()
		}
		r := newRig(t, o, func(c *Config) {
			c.HTTP = answering(c.HTTP, func(req *http.Request) *http.Response {
				for end, body := range tc.body {
					if strings.HasSuffix(req.URL.Path, end) {
						return reply(req, http.StatusOK, body)
					}
				}
				return nil
			})
		})
		got, err := Settings(t.Context(), r.config)
		if err != nil {
			t.Fatal(name, err)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	all := simulate.Options{}
	all.App.Roles = simulate.Roles()
	r := newRig(t, all)
	bare := r.config
	bare.Storage = Storage{}
	if got, err := Settings(t.Context(), bare); err != nil || got[0] != names("shown", "") {
		t.Errorf("without storage: %v %v", got, err)
	}
	if bare.Missing() != "storage-account" || bare.MissingToAsk() != "" {
		t.Errorf("without storage: %q %q", bare.Missing(), bare.MissingToAsk())
	}
	bare.Tenant = ""
	if _, err := Settings(t.Context(), bare); schema.CodeOf(err) != schema.CodeConfig {
		t.Errorf("without a tenant: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := Settings(ended, r.config); schema.CodeOf(err) != schema.CodeInterrupted {
		t.Errorf("interrupted: %v", err)
	}
}
